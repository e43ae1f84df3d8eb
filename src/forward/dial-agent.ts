import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import type { Duplex } from 'node:stream';
import { AnswerFault } from './answer-head.ts';
import { AnswerWatch } from './answer-watch.ts';
import type { Dial } from './dial.ts';

/**
 * Node's agent over connections that `dial` opens, each for one request, so that upgrades reach the application as deliveries do.
 * Also for https: the TLS is the connection's own business, and Node would take its server name from the client's Host.
 * Every connection is watched from its first byte to its last.
 */
export class DialAgent extends HttpAgent {
  #dial: Dial;
  #watches = new WeakMap<Duplex, AnswerWatch>();

  constructor(dial: Dial) {
    super({ keepAlive: false });
    this.#dial = dial;
  }

  /** What keeps the answer over this connection from being one, although Node has handed it over. */
  faultOf(socket: Duplex): Error | undefined {
    const watch = this.#watches.get(socket);
    if (watch === undefined) return undefined;
    return (
      watch.fault ?? (watch.head === undefined ? new AnswerFault('a head that ends nowhere') : undefined)
    );
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#dial((error, socket) => {
      // Before Node's own listener, so that it sees each byte first.
      if (socket !== null) this.#watches.set(socket, new AnswerWatch(socket));
      // Node reads no connection where there is an error.
      callback?.(error, socket as unknown as Duplex);
    });
  }
}
