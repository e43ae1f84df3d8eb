import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { contentDigest } from '../../src/config/content-digest.ts';
import { type WatchDirectory, watchFiles } from '../../src/config/watch.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A watch whose timers run only when the test says so; no file system events unless they are asked for. */
function watchByHand(
  paths: string[],
  watchDirectory: WatchDirectory = () => ({ close: () => undefined }),
  storeFile?: string,
) {
  const timers = new Map<object, { run: () => void; ms: number }>();
  let changes = 0;
  const watch = watchFiles({
    paths,
    onChange: () => changes++,
    pollIntervalMs: 10_000,
    debounceMs: 100,
    watchDirectory,
    storeFile,
    timers: {
      set: (run, ms) => {
        const timer = {};
        timers.set(timer, { run, ms });
        return timer;
      },
      clear: (timer) => timers.delete(timer as object),
    },
  });
  onTestFinished(() => watch.close());
  const fire = (ms: number) => {
    for (const [timer, entry] of [...timers]) {
      if (entry.ms !== ms || !timers.delete(timer)) continue;
      entry.run();
    }
    return changes;
  };
  return {
    poll: () => fire(10_000),
    settle: () => fire(100),
    waiting: () => timers.size,
    close: watch.close,
  };
}

/** A watch by real events; its timer would come far too late for a test. */
function watchByEvents(paths: string[]): { next: () => Promise<void> } {
  let changed: (() => void) | undefined;
  let pending = 0;
  const watch = watchFiles({
    paths,
    onChange: () => {
      pending++;
      changed?.();
    },
    pollIntervalMs: 3_600_000,
    debounceMs: 10,
  });
  // The watch itself must not keep a process alive, so the test has to.
  const alive = setInterval(() => undefined, 1000);
  onTestFinished(() => {
    clearInterval(alive);
    watch.close();
  });
  const next = async () => {
    if (pending === 0) await new Promise<void>((resolve) => (changed = resolve));
    pending = 0;
    changed = undefined;
  };
  return { next };
}

test('written in place, renamed over, deleted and made again', async () => {
  const file = join(temporaryDirectory(), 'hookgate.yaml');
  writeFileSync(file, 'one');
  const { next } = watchByEvents([file]);
  writeFileSync(file, 'two');
  await next();
  writeFileSync(`${file}.new`, 'three');
  renameSync(`${file}.new`, file);
  await next();
  rmSync(file);
  await next();
  writeFileSync(file, 'four');
  await next();
});

test('a Secret or ConfigMap whose ..data is swapped, again and again', async () => {
  const directory = temporaryDirectory();
  const publish = (generation: string) => {
    mkdirSync(join(directory, `..${generation}`));
    writeFileSync(join(directory, `..${generation}`, 'live'), generation);
    symlinkSync(`..${generation}`, join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  };
  publish('1');
  symlinkSync('..data/live', join(directory, 'live'));
  const { next } = watchByEvents([directory]);
  for (const generation of ['2', '3', '4']) {
    publish(generation);
    await next();
  }
});

test('a directory that does not exist yet, and one that is replaced', async () => {
  const root = temporaryDirectory();
  const directory = join(root, 'mounts', 'keys');
  const { next } = watchByEvents([directory]);
  mkdirSync(directory, { recursive: true });
  await next();
  writeFileSync(join(directory, 'a'), '1');
  await next();
  rmSync(directory, { recursive: true });
  await next();
  mkdirSync(directory);
  writeFileSync(join(directory, 'a'), '2');
  await next();
  writeFileSync(join(directory, 'a'), '3');
  await next();
});

test('without any event the timer finds the change, and a touched file is none', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'allowlist.yaml');
  writeFileSync(file, 'one');
  const watch = watchByHand([file, directory]);
  expect(watch.poll()).toBe(0);
  utimesSync(file, 1, 1);
  writeFileSync(file, 'one');
  expect(watch.poll()).toBe(0);
  writeFileSync(file, 'two');
  expect(watch.poll()).toBe(1);
  expect(watch.poll()).toBe(1);
});

test('what changes between the start of the watch and the first look is not lost', () => {
  const file = join(temporaryDirectory(), 'a');
  writeFileSync(file, 'one');
  const watch = watchByHand([file]);
  writeFileSync(file, 'two');
  expect(watch.poll()).toBe(1);
});

test('a storm of events is one look, and nothing happens after close', () => {
  const directory = temporaryDirectory();
  let event: () => void = () => undefined;
  const watch = watchByHand([join(directory, 'a')], (_, onEvent) => {
    event = onEvent;
    return { close: () => undefined };
  });
  for (let round = 0; round < 50; round++) {
    writeFileSync(join(directory, 'a'), `${round}`);
    event();
  }
  expect(watch.waiting()).toBe(2);
  expect(watch.settle()).toBe(1);
  watch.close();
  event();
  expect(watch.waiting()).toBe(0);
});

test("the store's file beside what is watched wakes nobody, and a file whose name begins like it does", () => {
  const directory = temporaryDirectory();
  let tell: Parameters<WatchDirectory>[1] = () => undefined;
  const watch = watchByHand(
    [join(directory, 'events.db.yaml')],
    (_, onEvent) => {
      tell = onEvent;
      return { close: () => undefined };
    },
    join(directory, 'events.db'),
  );
  // The timer that looks now and then, and no look that is due soon.
  for (const name of ['events.db', 'events.db-wal', 'events.db-shm']) tell('change', name);
  expect(watch.waiting()).toBe(1);
  tell('change', 'events.db.yaml');
  expect(watch.waiting()).toBe(2);
});

test('a system without watches left (ENOSPC) still has the timer, and watches are tried again', () => {
  const directory = temporaryDirectory();
  let tries = 0;
  const watch = watchByHand([join(directory, 'a')], () => {
    tries++;
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  writeFileSync(join(directory, 'a'), 'x');
  expect(watch.poll()).toBe(1);
  expect(tries).toBe(2);
});

test('a watch that breaks is made anew', () => {
  const directory = temporaryDirectory();
  const errors: (() => void)[] = [];
  const watch = watchByHand([join(directory, 'a')], (_, __, onError) => {
    errors.push(onError);
    return { close: () => undefined };
  });
  errors[0]?.();
  watch.poll();
  expect(errors).toHaveLength(2);
});

test('a relative path that was read before the watch begins is no change', () => {
  const file = join(temporaryDirectory(), 'allowlist.yaml');
  writeFileSync(file, 'addresses: []\n');
  const paths = [relative('.', file)];
  let changes = 0;
  const looks: (() => void)[] = [];
  const watch = watchFiles({
    paths,
    known: contentDigest(paths),
    onChange: () => changes++,
    pollIntervalMs: 10_000,
    timers: { set: (run) => looks.push(run), clear: () => {} },
    watchDirectory: () => ({ close: () => undefined }),
  });
  onTestFinished(() => watch.close());
  for (const look of looks.splice(0)) look();
  expect(changes).toBe(0);
});
