import { formatProblem } from '../../config/problem.ts';
import { watchFiles } from '../../config/watch.ts';
import type { Log } from '../../log/log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import type { Loaded, LoadResult } from '../load/load.ts';
import { routesInForce, sayCautions } from './in-force.ts';

/** How the last reload ended, for `/status`. */
export interface ReloadState {
  readonly lastSuccess: string;
  /** Undefined when the last reload was a success; otherwise a part at least is as it was before. */
  readonly lastFailure: { readonly time: string; readonly problems: readonly string[] } | undefined;
}

export interface Reloader {
  readonly state: ReloadState;
  /** Reads everything again; at most one reload runs, and one that was asked for meanwhile follows it. */
  reload(): Promise<void>;
  close(): void;
}

export interface ReloaderOptions {
  /** `before` is what is in force: what cannot be taken up stays as it is there. */
  readonly load: (before: Loaded) => Promise<LoadResult>;
  readonly current: () => Loaded;
  /** Takes the new state as a whole, or throws and changes nothing. */
  readonly adopt: (loaded: Loaded) => void;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly wallClock: () => number;
}

/** Contents are compared this often besides: network file systems tell of no change, and an event may be missed. */
const pollIntervalMs = 10_000;

/** Keeps what is in force equal to the files. Only what is broken stays as it was, and log, metrics and `/status` say so. */
export function createReloader(options: ReloaderOptions): Reloader {
  const { log, metrics } = options;
  const now = (): string => new Date(options.wallClock()).toISOString();
  let state: ReloadState = { lastSuccess: now(), lastFailure: undefined };
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let { watched } = options.current();
  let watcher = watch(options.current());

  return {
    get state() {
      return state;
    },
    reload,
    close() {
      closed = true;
      watcher.close();
    },
  };

  function reload(): Promise<void> {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await reloadOnce();
      } while (again && !closed);
      running = undefined;
    })();
    return running;
  }

  async function reloadOnce(): Promise<void> {
    const result = await options.load(options.current());
    if (closed) return;
    if (result.kind === 'problems') return keepOld(result.problems.map(formatProblem));
    const { loaded } = result;
    try {
      options.adopt(loaded);
    } catch (error) {
      return keepOld([whatWentWrong(error)]);
    }
    followNewPaths(loaded);
    if (loaded.held.length > 0) {
      keepOld(
        loaded.held.map(formatProblem),
        'part of the reload failed; that part stays as it was before, the rest is in force',
      );
      return sayCautions(log, loaded);
    }
    state = { lastSuccess: now(), lastFailure: undefined };
    metrics.reloads.inc({ result: 'success' });
    metrics.lastReloadGood.set(1);
    log.info({ digest: loaded.digest, routes: routesInForce(loaded) }, 'reloaded');
    sayCautions(log, loaded);
  }

  function keepOld(
    problems: readonly string[],
    message = 'the reload failed; what was in force before stays in force',
  ): void {
    state = { lastSuccess: state.lastSuccess, lastFailure: { time: now(), problems } };
    metrics.reloads.inc({ result: 'failure' });
    metrics.lastReloadGood.set(0);
    log.error({ problems }, message);
  }

  function followNewPaths(loaded: Loaded): void {
    if (loaded.watched.join('\n') === watched.join('\n')) return;
    ({ watched } = loaded);
    watcher.close();
    watcher = watch(loaded);
  }

  function watch({ watched: paths, contents, config }: Loaded) {
    return watchFiles({
      paths,
      known: contents,
      onChange: () => void reload(),
      storeFile: config.duplicates.embedded.file,
      pollIntervalMs,
    });
  }
}
