import { existsSync, watch as fsWatch, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { contentDigest } from './content-digest.ts';

/** What the watch needs of time; injected by tests. */
export interface WatchTimers {
  readonly set: (run: () => void, ms: number) => unknown;
  readonly clear: (timer: unknown) => void;
}

/** The part of `fs.watch` that is used: tells of any change in one directory, and of what, where it knows. May throw. */
export type WatchDirectory = (
  directory: string,
  onEvent: (kind?: string, name?: string | null) => void,
  onError: () => void,
) => { readonly close: () => void };

export interface WatchOptions {
  /** Files or directories; they need not exist yet. */
  readonly paths: readonly string[];
  /**
   * `contentDigest` of `paths` as they were before they were read; by default, as they are at this call. A change
   * between that reading and this call is then told as well.
   */
  readonly known?: string | undefined;
  /** Called once for each change of contents, never for a touched file. */
  readonly onChange: () => void;
  /** The store's file, which may lie beside what is watched: it and its log are written with each event, and are no news. */
  readonly storeFile?: string | undefined;
  /** Contents are also compared this often, for file systems and limits (ENOSPC, EMFILE) that send no events. */
  readonly pollIntervalMs: number;
  /** Events within this time are one change: writing a file makes several. */
  readonly debounceMs?: number;
  readonly timers?: WatchTimers;
  readonly watchDirectory?: WatchDirectory;
}

/** What SQLite calls its database, its log and the log's index (https://sqlite.org/tempfiles.html). */
const storeSuffixes = ['', '-wal', '-shm'];

/**
 * Calls `onChange` when the contents below `paths` have changed since `known` was taken. Watches directories, not
 * files: Kubernetes swaps `..data`, editors rename a new file over the old one, and a watch on the file itself would
 * go with it. Never throws; does not keep the process alive.
 */
export function watchFiles(options: WatchOptions): { readonly close: () => void } {
  const {
    onChange,
    pollIntervalMs,
    debounceMs = 100,
    timers = realTimers,
    watchDirectory = nodeWatch,
  } = options;
  const { paths } = options;
  const watchers = new Map<string, { readonly identity: string; readonly close: () => void }>();
  let known = options.known ?? contentDigest(paths);
  let soon: unknown;
  let later: unknown;
  let closed = false;

  const drop = (directory: string) => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };
  const ofStore =
    options.storeFile === undefined
      ? []
      : storeSuffixes.map((suffix) => resolve(`${options.storeFile}${suffix}`));
  const onEvent = () => {
    if (closed || soon !== undefined) return;
    soon = timers.set(look, debounceMs);
  };
  /** Directories come and go, so what is watched is set anew at every look. */
  const rewatch = () => {
    const wanted = new Map(
      paths
        .flatMap((path) => directoriesOf(resolve(path)))
        .map((directory) => [directory, identityOf(directory)]),
    );
    for (const [directory, { identity }] of watchers) if (wanted.get(directory) !== identity) drop(directory);
    for (const [directory, identity] of wanted) {
      if (watchers.has(directory) || identity === undefined) continue;
      try {
        const { close } = watchDirectory(
          directory,
          (_, name) => {
            if (!name || !ofStore.includes(join(directory, name))) onEvent();
          },
          () => drop(directory),
        );
        watchers.set(directory, { identity, close });
      } catch {
        // Out of watches or descriptors, or just removed: the timer looks all the same, and tries again.
      }
    }
  };
  const look = () => {
    if (soon !== undefined) timers.clear(soon);
    if (later !== undefined) timers.clear(later);
    soon = undefined;
    if (closed) return;
    rewatch();
    later = timers.set(look, pollIntervalMs);
    const current = contentDigest(paths);
    if (current === known) return;
    known = current;
    onChange();
  };

  rewatch();
  later = timers.set(look, pollIntervalMs);
  if (options.known !== undefined) onEvent();
  return {
    close: () => {
      closed = true;
      if (soon !== undefined) timers.clear(soon);
      if (later !== undefined) timers.clear(later);
      for (const directory of [...watchers.keys()]) drop(directory);
    },
  };
}

/** A directory itself and the one it is in; for what does not exist yet, the nearest directory that does. */
function directoriesOf(path: string): string[] {
  let parent = dirname(path);
  while (!existsSync(parent) && parent !== dirname(parent)) parent = dirname(parent);
  return identityOf(path) === undefined ? [parent] : [parent, path];
}

/** Tells a directory from another that took its place; undefined when it is none. */
function identityOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    // File systems give the number of a removed directory to the next one.
    return stat.isDirectory() ? `${stat.ino} ${stat.birthtimeMs}` : undefined;
  } catch {
    // Missing or out of reach; the timer looks again.
    return undefined;
  }
}

const nodeWatch: WatchDirectory = (directory, onEvent, onError) => {
  const watcher = fsWatch(directory, { persistent: false }, onEvent);
  watcher.on('error', onError);
  return { close: () => watcher.close() };
};

const realTimers: WatchTimers = {
  set: (run, ms) => setTimeout(run, ms).unref(),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
