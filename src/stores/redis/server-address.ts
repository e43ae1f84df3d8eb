import { hostAndPort, withoutBrackets } from '../../values/host-brackets.ts';

export interface Address {
  /** Without brackets, also where it is an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** Of `host:port`, which the configuration has checked. */
export function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':');
  return { host: withoutBrackets(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

/** Of a redis or rediss URL. */
export function addressOfUrl({ hostname, port }: URL): Address {
  return { host: withoutBrackets(hostname), port: Number(port || 6379) };
}

/** As people write it, and as a node of a cluster is known by. */
export function nameOf({ host, port }: Address): string {
  return hostAndPort(host, port);
}
