import { globSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needProgram } from './require-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface JumpingClock {
  /** For the environment of a process whose wall clock jumps; its monotonic clock stays as it is. */
  readonly env: Readonly<Record<string, string>>;
  /** Lets the wall clock be so many seconds ahead of the real one from now on, or behind it. */
  jumpTo(seconds: number): void;
}

/** A wall clock by libfaketime, which asks a file how far it is off, each time that it is asked. */
export function createJumpingClock(): JumpingClock {
  needProgram('faketime');
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  if (library === undefined) throw new Error('libfaketimeMT.so.1 is not where Debian puts it');
  const directory = temporaryDirectory();
  const file = join(directory, 'offset');
  const jumpTo = (seconds: number): void => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  jumpTo(0);
  return {
    env: {
      // The C library's memory comes before jemalloc's, which asks for the time before libfaketime is ready.
      LD_PRELOAD: `${library} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    jumpTo,
  };
}
