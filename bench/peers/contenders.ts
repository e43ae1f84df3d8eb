/** What is compared: the gate with each of its stores, and what stands in its place elsewhere. */
import { startGate } from './gates.ts';
import { hasHaproxy, startHaproxy } from './haproxy.ts';
import { startExpress, startHop } from './hops.ts';
import { hasNginx, hasNginxWithLua, startPlainNginx, startVerifyingNginx } from './nginx.ts';
import type { Programs, Started } from './programs.ts';
import { hasRedis, startRedis } from './redis.ts';
import { startNodesOwn } from './start-application.ts';

export type ContenderName =
  | 'embedded'
  | 'memory'
  | 'redis'
  | 'http-proxy'
  | 'http-proxy-kept'
  | 'httpxy'
  | 'express'
  | 'node'
  | 'undici'
  | 'nginx'
  | 'nginx-lua'
  | 'haproxy';

/** The title of the hop of Node's own parts that the targets stand beside. */
export const bareHop = 'Node http hop, keep-alive agent';

/** A row of a table. */
export interface Startable {
  readonly title: string;
  readonly start: (programs: Programs, upstream: string) => Promise<Started>;
}

export interface Contender extends Startable {
  readonly name: ContenderName;
  /** Where it cannot be had, the Debian package that it lacks. */
  readonly lacks?: () => string | undefined;
  /** Refuses forged events, and answers repeats itself. */
  readonly verifies?: boolean;
}

export const contenders: readonly Contender[] = [
  { name: 'embedded', title: 'hookgate, embedded store', verifies: true, start: startGate },
  {
    name: 'memory',
    title: 'hookgate, memory store',
    verifies: true,
    start: (programs, upstream) =>
      startGate(programs, upstream, { env: { HOOKGATE_DUPLICATES_STORE: 'memory' } }),
  },
  {
    name: 'redis',
    title: 'hookgate, redis store',
    verifies: true,
    lacks: () => (hasRedis() ? undefined : 'redis-server'),
    async start(programs, upstream) {
      const url = await startRedis(programs);
      const env = { HOOKGATE_DUPLICATES_STORE: 'redis', HOOKGATE_DUPLICATES_REDIS_URL: url };
      return startGate(programs, upstream, { env });
    },
  },
  {
    name: 'http-proxy',
    title: 'http-proxy hop, defaults',
    start: (programs, upstream) => startHop(programs, 'http-proxy-hop', upstream),
  },
  {
    name: 'http-proxy-kept',
    title: 'http-proxy hop, keep-alive agent',
    start: (programs, upstream) => startHop(programs, 'http-proxy-hop', upstream, 'keep-alive'),
  },
  {
    name: 'httpxy',
    title: 'httpxy hop',
    start: (programs, upstream) => startHop(programs, 'httpxy-hop', upstream),
  },
  { name: 'express', title: 'Express by hand, memory', verifies: true, start: startExpress },
  {
    name: 'node',
    title: bareHop,
    start: (programs, upstream) => startHop(programs, 'node-hop', upstream),
  },
  {
    name: 'undici',
    title: 'undici hop',
    start: (programs, upstream) => startHop(programs, 'undici-hop', upstream),
  },
  {
    name: 'nginx',
    title: 'nginx, plain',
    lacks: () => (hasNginx() ? undefined : 'nginx-light'),
    start: startPlainNginx,
  },
  {
    name: 'nginx-lua',
    title: 'nginx with Lua, verifying',
    verifies: true,
    lacks: () => (hasNginxWithLua() ? undefined : 'libnginx-mod-http-lua'),
    start: startVerifyingNginx,
  },
  {
    name: 'haproxy',
    title: 'HAProxy, plain',
    lacks: () => (hasHaproxy() ? undefined : 'haproxy'),
    start: startHaproxy,
  },
];

/** Node's own HTTP server, with nothing before or behind it: what any program on it pays. */
export const nodeAlone: Startable = {
  title: 'node:http alone: reads the event, answers it by itself',
  start: (programs) => startNodesOwn(programs, 'measured'),
};

/** The same and a client of no library, which knows of an answer only where it ends: no hop here does less. */
export const nodeAndSocketClient: Startable = {
  title: 'node:http, and a client on bare sockets',
  start: (programs, upstream) => startHop(programs, 'socket-client-hop', upstream),
};

/** Those of the named that this machine has; the others are named on the console. */
export function atHand(names: readonly ContenderName[] = contenders.map(({ name }) => name)): Contender[] {
  return contenders.filter(({ name, title, lacks }) => {
    if (!names.includes(name)) return false;
    const missing = lacks?.();
    if (missing !== undefined) console.warn(`skipped: ${title}, for want of ${missing}`);
    return missing === undefined;
  });
}
