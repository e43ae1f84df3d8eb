import { hostAndPort, withoutBrackets } from '../../values/host-brackets.ts';

export interface ServerAddress {
  /** Without brackets, also where it is an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** Of `host:port`, which the configuration has checked. */
export function addressOf(text: string): ServerAddress {
  const colon = text.lastIndexOf(':');
  return { host: withoutBrackets(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

/** Of a redis or rediss URL. */
export function addressOfUrl({ hostname, port }: URL): ServerAddress {
  return { host: withoutBrackets(hostname), port: Number(port || 6379) };
}

/** As people write it, and as a node of a cluster is known by. */
export function nameOf({ host, port }: ServerAddress): string {
  return hostAndPort(host, port);
}
