import { isIP } from 'node:net';
import { withoutBrackets } from '../values/host-brackets.ts';

/**
 * Whether a request's Host is one by which the admin port may be read from a browser: an address, `localhost`, or a name
 * that the operator listed. A page elsewhere can point a name of its own to 127.0.0.1 while somebody forwards the port
 * (DNS rebinding), and its script would then read what this port tells; such a name is never one of these.
 */
export function isAdminHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = withoutBrackets(host.replace(/:\d+$/, '')).toLowerCase().replace(/\.$/, '');
  return isIP(name) !== 0 || name === 'localhost' || names.some((listed) => listed.toLowerCase() === name);
}
