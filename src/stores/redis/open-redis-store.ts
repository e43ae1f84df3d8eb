import { readFileSync } from 'node:fs';
import { type DuplicateStore, StoreRefused } from '../../delivery/duplicate-store.ts';
import type { RedisSettings } from '../../delivery/redis-settings.ts';
import { createCluster } from './cluster.ts';
import { keyOf } from './commands.ts';
import { evictionOf, judgeServer } from './fitness.ts';
import type { Shortcoming } from './link.ts';
import { createOneServer, notMaster } from './one-server.ts';
import { ConnectionLost, dial, type RedisConnection } from './redis-connection.ts';
import { createRedisStore } from './redis-store.ts';
import { refusalOf } from './refusal.ts';
import { askSentinels } from './sentinel.ts';
import { addressOf, addressOfUrl, nameOf, type ServerAddress } from './server-address.ts';
import type { Servers } from './servers.ts';

export interface OpenRedisOptions {
  readonly settings: RedisSettings;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onUp: () => void;
  /** Called with a sentence, once for each new trouble. */
  readonly onDown: (trouble: string) => void;
}

/**
 * Opens the shared store. A store that cannot be reached is waited for: the gate starts, and is not ready.
 *
 * @throws StoreRefused when the server answers and must not be used as it is.
 */
export async function openRedisStore({
  settings,
  now,
  onUp,
  onDown,
}: OpenRedisOptions): Promise<DuplicateStore> {
  const { keyPrefix, timeoutMs, minReplicas } = settings;
  let onConnected = (): void => {};
  const servers = connectTo(settings, { now, onUp, onDown, onConnected: () => onConnected() });
  // WAIT holds up what follows it on its connection, so records that wait for replicas have connections of their own.
  const silent = { now, onUp: () => {}, onDown: () => {}, onConnected: () => {} };
  const recorders = minReplicas === 0 ? servers : connectTo(settings, silent);
  const detail = `The duplicate store at ${describe(settings)} answers.`;
  const { freeUnanswered, ...store } = createRedisStore({
    servers,
    recorders,
    keyPrefix,
    timeoutMs,
    minReplicas,
    now,
    detail,
  });
  onConnected = freeUnanswered;
  await Promise.all([servers.tried, recorders.tried]);
  if (servers.unfit !== undefined) {
    servers.close();
    recorders.close();
    throw new StoreRefused(servers.unfit);
  }
  return store;
}

interface Kept {
  readonly now: () => number;
  readonly onUp: () => void;
  readonly onDown: (trouble: string) => void;
  /** Also where a connection was gone too shortly for anybody to be told. */
  readonly onConnected: () => void;
}

function connectTo(settings: RedisSettings, kept: Kept): Servers {
  return typeof settings.url === 'string' ? oneServer(settings, kept) : cluster(settings, kept);
}

function oneServer(settings: RedisSettings, kept: Kept): Servers {
  const url = new URL(settings.url as string);
  const sentinels = settings.sentinels.map(addressOf);
  const askedWith = { ...settings, userFile: '', passwordFile: settings.sentinelPasswordFile };
  const plain = new URL(`${url.protocol}//sentinel`);
  return createOneServer({
    ...kept,
    onUp() {
      kept.onUp();
      kept.onConnected();
    },
    probe: (connection) =>
      probe(connection, keyOf(settings.keyPrefix, 'probe'), settings, () => connection.destroy(notMaster)),
    async open() {
      const address =
        sentinels.length === 0
          ? addressOfUrl(url)
          : await askSentinels(sentinels, settings.master, (sentinel) => connect(sentinel, plain, askedWith));
      return judged(await connect(address, url, settings), address, false);
    },
  });
}

function cluster(settings: RedisSettings, kept: Kept): Servers {
  const urls = (settings.url as readonly string[]).map((url) => new URL(url));
  const [first] = urls as [URL];
  return createCluster({
    ...kept,
    seeds: urls.map(addressOfUrl),
    probe: (connection, hashTag, lookAgain) =>
      probe(connection, keyOf(settings.keyPrefix, hashTag), settings, lookAgain),
    open: (node) => connect(node, first, settings),
    openForKeys: async (node) => judged(await connect(node, first, settings), node, true),
  });
}

/** Why the server must not be relied on now, though it answers: it would refuse a record, or forget it. */
async function probe(
  connection: RedisConnection,
  key: string,
  { minReplicas }: RedisSettings,
  lookAgain: () => void,
): Promise<Shortcoming | undefined> {
  const refusal = await refusalOf(connection, key, minReplicas > 0, lookAgain);
  if (refusal !== undefined) return refusal;
  const evicting = await evictionOf(connection, nameOf(connection.address));
  return evicting === undefined ? undefined : { sentence: evicting, forbidsClaims: false };
}

/** Files are read for every connection, so that a rotated password is taken up with the next one. */
async function connect(address: ServerAddress, url: URL, settings: RedisSettings): Promise<RedisConnection> {
  const { userFile, passwordFile, caFile, timeoutMs } = settings;
  return dial({
    address,
    database: Number(url.pathname.slice(1) || 0),
    username: readSecret(userFile) ?? (url.username === '' ? undefined : decodeURIComponent(url.username)),
    password: readSecret(passwordFile),
    tls: url.protocol === 'rediss:' ? { ca: readSecret(caFile) } : undefined,
    timeoutMs,
  });
}

async function judged(
  connection: RedisConnection,
  address: ServerAddress,
  cluster: boolean,
): Promise<RedisConnection> {
  try {
    await judgeServer(connection, nameOf(address), { cluster });
    return connection;
  } catch (error) {
    connection.destroy('not fit for use');
    throw error;
  }
}

function readSecret(file: string): string | undefined {
  if (file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConnectionLost(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

function describe({ url, sentinels, master }: RedisSettings): string {
  if (sentinels.length > 0) return `master "${master}" of ${sentinels.join(', ')}`;
  return typeof url === 'string' ? url : url.join(', ');
}
