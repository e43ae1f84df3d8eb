import { setTimeout as pause } from 'node:timers/promises';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { createLink, type Link, type Shortcoming } from './link.ts';
import { ConnectionLost, type RedisConnection } from './redis-connection.ts';
import { nameOf, type ServerAddress } from './server-address.ts';
import type { Servers } from './servers.ts';
import { slotCount, slotOf, tagIn } from './slot.ts';

export interface ClusterOptions {
  /** Nodes to ask first. */
  readonly seeds: readonly ServerAddress[];
  /** Makes a connection to a node, whatever its role; throws a sentence otherwise. */
  readonly open: (node: ServerAddress) => Promise<RedisConnection>;
  /** The same, and throws unless the node may serve keys. */
  readonly openForKeys: (node: ServerAddress) => Promise<RedisConnection>;
  /** Gives what the node lacks for a key with this hash tag. */
  readonly probe: (
    connection: RedisConnection,
    hashTag: string,
    lookAgain: () => void,
  ) => Promise<Shortcoming | undefined>;
  readonly now: () => number;
  readonly onUp: () => void;
  /** A node has a connection, the first or another one. */
  readonly onConnected: () => void;
  readonly onDown: (trouble: string) => void;
}

interface Shard {
  readonly name: string;
  readonly node: ServerAddress;
  readonly link: Link;
  /** A hash tag that falls into one of its slots, to probe with; undefined while it has none. */
  tag: string | undefined;
}

/** While a shard has no connection, its slots may have moved: so often the map is asked for. */
const lookAgainMs = 250;

/**
 * The shards of a cluster, one link each. The map of slots is asked for at the start, when a node says MOVED, and
 * again and again while a shard cannot be reached: a master that died never says that a replica took its place.
 */
export function createCluster(options: ClusterOptions): Servers {
  const { seeds, open, openForKeys, probe, now } = options;
  const { promise: tried, resolve: tellTried } = Promise.withResolvers<void>();
  let shards: readonly Shard[] = [];
  /** Nodes without a slot so far, to which one is on its way. */
  let newcomers: readonly Shard[] = [];
  let owners: readonly (Shard | undefined)[] = [];
  let mapTrouble: string | undefined = 'the map of slots is not known yet';
  let told: string | undefined;
  let asking: Promise<void> | undefined;
  let closed = false;
  void ask()
    .then(() => Promise.all(shards.map(({ link }) => link.tried)))
    .then(() => tellTried());
  const timer = setInterval(() => {
    const trouble = findTrouble();
    if (trouble !== undefined) void ask();
    if (trouble !== told) {
      told = trouble;
      if (trouble === undefined) options.onUp();
      else options.onDown(trouble);
    }
  }, lookAgainMs);

  return {
    async connectionFor(key, untilMs) {
      const slot = slotOf(key);
      // Whoever called gives up at its deadline, however long the nodes are silent.
      if (owners[slot] === undefined)
        await Promise.race([ask(), pause(Math.max(0, untilMs - now()), undefined, { ref: false })]);
      for (;;) {
        const owner = owners[slot];
        // A short wait each, since the map may give the slot to another node meanwhile.
        const until = Math.min(untilMs, now() + lookAgainMs);
        try {
          if (owner !== undefined) return await owner.link.connection(until);
        } catch {
          // Said below, where it is final.
        }
        if (closed || now() >= untilMs) throw new ConnectionLost(findTrouble());
        if (owner === undefined) await pause(lookAgainMs / 5);
      }
    },
    connectionTo(node, untilMs) {
      const name = nameOf(node);
      let shard = [...shards, ...newcomers].find((known) => known.name === name);
      if (shard === undefined) {
        shard = shardOf(name, node);
        newcomers = [...newcomers, shard];
      }
      return shard.link.connection(untilMs);
    },
    lookAgain: () => void ask(),
    get trouble() {
      return findTrouble();
    },
    claimsForbidden: (key) => owners[slotOf(key)]?.link.claimsForbidden,
    get unfit() {
      return shards.map(({ link }) => link.unfit).find((sentence) => sentence !== undefined);
    },
    tried,
    close() {
      closed = true;
      mapTrouble = 'the store is closed';
      clearInterval(timer);
      for (const { link } of [...shards, ...newcomers]) link.close();
    },
  };

  function findTrouble(): string | undefined {
    return mapTrouble ?? shards.map(({ link }) => link.trouble).find((trouble) => trouble !== undefined);
  }

  function ask(): Promise<void> {
    asking ??= askAll().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  /** Nodes that serve keys first: one that was cut off or left the cluster may have an old map. */
  async function askAll(): Promise<void> {
    const healthy = shards.filter(({ link }) => link.trouble === undefined).map(({ node }) => node);
    const troubles = new Set<string>();
    const partial: SlotRange[][] = [];
    for (const nodes of [healthy, [...seeds, ...shards.map(({ node }) => node)]]) {
      if (closed) return;
      // All at once: the silence of one must not cost the others' answer its time.
      const known = new Map(nodes.map((node) => [nameOf(node), node]));
      const asked = [...known.values()].map(async (node) => {
        const ranges = await askNode(node);
        if (slotsIn(ranges) === slotCount) return ranges;
        partial.push(ranges);
        throw new ConnectionLost(`${nameOf(node)} knows no master for some slots`);
      });
      try {
        return adopt(await Promise.any(asked));
      } catch (error) {
        const { errors = [error] } = error as AggregateError;
        for (const one of errors) troubles.add(whatWentWrong(one));
      }
    }
    // What part of the cluster is there can be used.
    const [fullest] = partial.toSorted((a, b) => slotsIn(b) - slotsIn(a));
    if (fullest !== undefined) return adopt(fullest);
    mapTrouble = `no node tells who has which slots: ${[...troubles].join('; ')}`;
  }

  async function askNode(node: ServerAddress): Promise<SlotRange[]> {
    const connection = await open(node);
    try {
      return readSlots(await connection.ask(['CLUSTER', 'SLOTS']), node);
    } finally {
      connection.destroy('asked');
    }
  }

  function adopt(ranges: readonly SlotRange[]): void {
    if (closed) return;
    const known = [...shards, ...newcomers];
    const wanted = new Map<string, Shard>();
    const next: (Shard | undefined)[] = new Array(slotCount).fill(undefined);
    for (const { from, to, master } of ranges) {
      const name = nameOf(master);
      const shard = wanted.get(name) ?? known.find((one) => one.name === name) ?? shardOf(name, master);
      wanted.set(name, shard);
      next.fill(shard, from, to + 1);
    }
    for (const shard of wanted.values()) shard.tag = tagIn((slot) => next[slot] === shard);
    for (const shard of known) if (!wanted.has(shard.name)) shard.link.close();
    shards = [...wanted.values()];
    newcomers = [];
    owners = next;
    const missing = next.filter((owner) => owner === undefined).length;
    mapTrouble = missing === 0 ? undefined : `${missing} slots of the cluster have no master`;
  }

  function shardOf(name: string, node: ServerAddress): Shard {
    const link = createLink({
      open: () => openForKeys(node),
      probe: async (connection) =>
        shard.tag === undefined ? undefined : probe(connection, shard.tag, () => void ask()),
      now,
      onUp: options.onConnected,
    });
    const shard: Shard = { name, node, link, tag: undefined };
    return shard;
  }
}

interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly master: ServerAddress;
}

function slotsIn(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** The reply of CLUSTER SLOTS; an empty host means the node that was asked. */
function readSlots(reply: unknown, asked: ServerAddress): SlotRange[] {
  if (!Array.isArray(reply))
    throw new ConnectionLost('CLUSTER SLOTS was answered with something else than a list');
  return reply.map((range: [unknown, unknown, [unknown, unknown]]) => {
    const [from, to, [host, port]] = range;
    const name = host === null ? '' : String(host);
    return {
      from: Number(from),
      to: Number(to),
      master: { host: name === '' ? asked.host : name, port: Number(port) },
    };
  });
}
