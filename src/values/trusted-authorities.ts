import type { SecureContext } from 'node:tls';
import { nodeTls } from './node-tls.ts';

/**
 * Whom a TLS client believes: the authorities in `caPem`, and without one those of the system.
 *
 * Node by itself believes the authorities that it was built with, whatever the machine's store says, unless the
 * process was started otherwise. So the system's are named here, for every client alike. They are what OpenSSL finds:
 * `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the places that it was built with, /etc/ssl/certs among them; and what
 * `NODE_EXTRA_CA_CERTS` adds. On a machine without any store Node's own are taken, as there is nobody else to ask.
 *
 * Make one for many connections: it takes some 10 ms. Whoever read `caPem` has tried it: Node takes any text, and by an
 * empty one believes its own.
 */
export function trustedAuthorities(caPem: string | undefined): SecureContext {
  return caPem === undefined ? ofTheSystem() : nodeTls().createSecureContext({ ca: caPem });
}

/** Node reads the store once in the life of a process, so what is made of it holds as long. */
let system: SecureContext | undefined;

function ofTheSystem(): SecureContext {
  if (system === undefined) {
    const { createSecureContext, getCACertificates } = nodeTls();
    const found = getCACertificates('system');
    const base = found.length > 0 ? found : getCACertificates('bundled');
    // A store has most certificates twice, in one file and under their hashes.
    system = createSecureContext({ ca: [...new Set([...base, ...getCACertificates('extra')])] });
  }
  return system;
}
