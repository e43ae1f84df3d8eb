import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';

/** For the store's files, those that are read again, the log, the admin port and Node itself. */
const reservedFiles = 100;

/**
 * A sentence where the process may not open as many files as its bounds allow it: each connection is one, and the
 * first that is one too many is refused by the system, whoever wants it: the sender, the application or the store.
 */
export function openFilesCaution(config: Config, limitsText = readOwnLimits()): string | undefined {
  const limit = softLimit(limitsText);
  const needed = filesNeeded(config);
  if (limit === undefined || limit >= needed) return undefined;
  return (
    `the process may open ${limit} files (ulimit -n), but limits.connections and the connections to the application ` +
    `take up to ${needed}: raise the limit, or lower limits.connections`
  );
}

/** How many may be open at once: connections of clients, those to each application, and the rest. */
function filesNeeded({ limits, routes, otherPaths }: Config): number {
  // Routes that say the same of their application share its connections.
  const applications = new Map(
    routes.map(({ upstream: { signing: _, ...reached } }) => [JSON.stringify(reached), reached.connections]),
  );
  let needed = limits.connections + reservedFiles;
  for (const connections of applications.values()) needed += connections;
  // A passed request has a connection of its own to the application for as long as it lasts.
  return otherPaths === 'passthrough' ? needed + limits.connections : needed;
}

/** `Max open files` in proc_pid_limits(5), soft; Node raises it to the hard one as it starts. Undefined: unknown or none. */
function softLimit(text: string | undefined): number | undefined {
  const [, soft] = /^Max open files +(\d+) /m.exec(text ?? '') ?? [];
  return soft === undefined ? undefined : Number(soft);
}

/** Only Linux has the file. */
function readOwnLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
}
