import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';

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
 * half a second; this one takes the name from the configured URL and times out when it says. The name is resolved
 * anew for every connection.
 */
export function createUpstreamConnector(rules: {
  readonly url: URL;
  readonly caPem?: string | undefined;
  readonly connectTimeoutMs: number;
}): UpstreamConnector {
  const { url, caPem, connectTimeoutMs } = rules;
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tcp = { host, port: Number(url.port) || (secure ? 443 : 80), noDelay: true, keepAlive: true };
  const tls = {
    ...tcp,
    // An address is no server name (RFC 6066 section 3); the certificate is then checked against the address.
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    ...(caPem === undefined ? {} : { ca: caPem }),
  };
  let session: Buffer | undefined;
  let failure: Error | undefined;

  function open(): Socket {
    if (!secure) return connectTcp(tcp);
    const socket = connectTls(session === undefined ? tls : { ...tls, session });
    return socket.on('session', (latest: Buffer) => {
      session = latest;
    });
  }

  return {
    get failure() {
      return failure;
    },
    connect(_options, callback) {
      const socket = open();
      let waiting = true;
      const timer = setTimeout(() => {
        socket.destroy(new ConnectTimeout(`no connection to ${url.host} within ${connectTimeoutMs} ms`));
      }, connectTimeoutMs);
      function fail(error: Error): void {
        if (!waiting) return;
        waiting = false;
        clearTimeout(timer);
        session = undefined;
        callback(error, null);
      }
      socket.on('error', (error) => {
        if (waiting) fail(error);
        else failure = error;
      });
      socket.once('close', () =>
        fail(new Error(`${url.host} closed the connection while it was being opened`)),
      );
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        waiting = false;
        clearTimeout(timer);
        callback(null, socket);
        // undici's own listener stands between the first one and this one.
        socket.on('error', () => {
          failure = undefined;
        });
      });
    },
  };
}

class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
  readonly code = 'ETIMEDOUT';
}
