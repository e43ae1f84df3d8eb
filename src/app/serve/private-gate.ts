import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config, Route } from '../../config/config.ts';
import { type Key, readKeys } from '../../config/keys.ts';
import { type ConfigSources, loadConfig } from '../../config/load-config.ts';
import type { Problem } from '../../config/problem.ts';
import { startGate } from './serve.ts';

/** A gate for one command alone: it has the configuration and the keys of the release, and takes this machine's events only. */
export interface PrivateGate {
  readonly kind: 'running';
  /** Without a path. */
  readonly url: string;
  /** As it is in force in this gate. */
  readonly config: Config;
  /** Where the release's own gate listens. */
  readonly listen: Config['listen'];
  keysOf(route: Route): readonly Key[];
  /** How many events have come to the echo; 0 where the application stands behind the gate. */
  arrivals(): number;
  close(): Promise<void>;
}

export type PrivateGateStart =
  | PrivateGate
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly sentence: string };

/**
 * Starts it in this process. What the running gate has must not be touched: so this one has other ports, a memory of its
 * own, no socket, and an allowlist of this machine alone. Behind every route stands an echo, or its application where
 * that is asked for.
 */
export async function startPrivateGate(
  { file, env }: Pick<ConfigSources, 'file' | 'env'>,
  behind: 'echo' | 'application',
): Promise<PrivateGateStart> {
  const read = loadConfig({ file, flags: {}, env });
  if (read.kind === 'problems') return read;
  const closers = new AsyncDisposableStack();
  const own: Record<string, string> = {
    HOOKGATE_LISTEN_HOST: '127.0.0.1',
    HOOKGATE_LISTEN_PORT: '0',
    HOOKGATE_LISTEN_TLS_CERT_FILE: '',
    HOOKGATE_LISTEN_TLS_KEY_FILE: '',
    HOOKGATE_ADMIN_HOST: '127.0.0.1',
    HOOKGATE_ADMIN_PORT: '0',
    HOOKGATE_CLIENT_ADDRESS_FROM: 'peer',
    HOOKGATE_ALLOW: '127.0.0.1',
    HOOKGATE_DUPLICATES_STORE: 'memory',
    HOOKGATE_DRAIN_DELAY: '0s',
    HOOKGATE_DRAIN_SOCKET: '',
    HOOKGATE_LOG_LEVEL: 'silent',
  };
  let arrivals = 0;
  if (behind === 'echo') {
    const echo = createServer((request, response) => {
      arrivals += 1;
      request.resume().on('end', () => response.end('ok'));
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    closers.defer(() => {
      echo.closeAllConnections();
      echo.close();
    });
    own.HOOKGATE_UPSTREAM_URL = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    own.HOOKGATE_UPSTREAM_ADDRESSES = '127.0.0.1';
    own.HOOKGATE_UPSTREAM_CA_FILE = '';
  }
  const sources = {
    file,
    flags: {},
    env: { ...env, ...own },
    adjust: (config: Config) => adjust(config, behind),
  };
  const inForce = loadConfig(sources);
  if (inForce.kind === 'problems') {
    await closers.disposeAsync();
    return inForce;
  }
  const started = await startGate(sources);
  if (started.kind !== 'running') {
    await closers.disposeAsync();
    return started;
  }
  closers.defer(() => started.gate.stop());
  return {
    kind: 'running',
    url: `http://127.0.0.1:${started.gate.traffic.port}`,
    config: inForce.config,
    listen: read.config.listen,
    keysOf(route) {
      const keys = readKeys(route.keysDirectory);
      return keys.kind === 'ok' ? keys.keys : [];
    },
    arrivals: () => arrivals,
    close: () => closers.disposeAsync(),
  };
}

/** A route may have an upstream and an allowlist of its own, which no variable replaces. */
function adjust(config: Config, behind: 'echo' | 'application'): Config {
  const { addresses } = config.allowlist;
  const routes = config.routes.map((route) => {
    const { timeoutMs, signing } = route.upstream;
    const upstream = behind === 'echo' ? { ...config.upstream, timeoutMs, signing } : route.upstream;
    return { ...route, allowlist: { ...route.allowlist, addresses }, upstream };
  });
  return { ...config, routes };
}
