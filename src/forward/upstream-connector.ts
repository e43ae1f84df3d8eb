import type { buildConnector } from 'undici';
import { createDial, type DialRules } from './dial.ts';

/** Opens the connections to the application; what undici calls a connector. */
export interface UpstreamConnector {
  readonly connect: buildConnector.connector;
  /**
   * The error of the connection that fails at this moment, during undici's own handling of it; undefined at any
   * other time. undici takes a reset for the regular end of an answer without a length, and this tells them apart.
   */
  readonly failure: Error | undefined;
}

/**
 * undici's own connector takes the TLS server name from the sender's Host header and times out with a resolution of
 * half a second; this one takes the name from the configured URL and times out when it says.
 */
export function createUpstreamConnector(rules: DialRules): UpstreamConnector {
  const dial = createDial(rules);
  let failure: Error | undefined;

  return {
    get failure() {
      return failure;
    },
    connect(_options, callback) {
      dial((error, socket) => {
        if (socket === null) return void callback(error ?? new Error('no connection'), null);
        socket.on('error', (error) => {
          failure = error;
        });
        callback(null, socket);
        // undici's own listener stands between the first one and this one.
        socket.on('error', () => {
          failure = undefined;
        });
      });
    },
  };
}
