import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dial } from './dial.ts';

/**
 * Node's agent over connections that `dial` opens, so that the passthrough reaches the application as deliveries do.
 * Also for https: the TLS is the connection's own business, and Node would take its server name from the client's Host.
 */
export class DialAgent extends HttpAgent {
  #dial: Dial;

  /** `keepAliveMs`: how long a connection may rest; 0: each is used once. */
  constructor(dial: Dial, keepAliveMs: number) {
    super(keepAliveMs === 0 ? { keepAlive: false } : { keepAlive: true, timeout: keepAliveMs });
    this.#dial = dial;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    // Node reads no connection where there is an error.
    this.#dial((error, socket) => callback?.(error, socket as Duplex));
  }
}
