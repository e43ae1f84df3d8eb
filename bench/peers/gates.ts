import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../demo/free-port.ts';
import { path, secret } from '../load/events.ts';
import { getRequest } from '../load/requests.ts';
import type { Programs, Started } from './programs.ts';

export interface GateOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** For other settings than the bin's own, which its first line sets; or for another program. */
  readonly program?: readonly string[];
  /** Business ids; the events' own unless told. */
  readonly keys?: readonly Buffer[];
  /** Of the embedded store; one in its own folder unless told. */
  readonly storeFile?: string;
  /** The allowlist comes from a file that `env` names. */
  readonly withoutAllow?: boolean;
}

export interface StartedGate extends Started {
  readonly adminPort: number;
  /** Its working folder, where the embedded store's `events.db` is. */
  readonly folder: string;
}

/** The built command. */
export const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;

/** The command in the first line of a bin (`#!/usr/bin/env -S ...`): Node with the gate's settings. */
export function settingsOf(builtBin: string): string[] {
  const [firstLine = ''] = readFileSync(builtBin, 'utf8').split('\n', 1);
  const [, command = ''] = firstLine.split('env -S ');
  return ['env', ...command.split(' ')];
}

/** The built program, as an operator starts it, in front of this application. */
export async function startGate(
  programs: Programs,
  upstream: string,
  {
    env = {},
    flags = [],
    program = [bin, 'serve'],
    keys = [secret],
    withoutAllow = false,
    storeFile,
  }: GateOptions = {},
): Promise<StartedGate> {
  const adminPort = await freePort();
  let folder = '';
  const started = await programs.start({
    place: 'measured',
    env,
    ready: { port: adminPort, request: getRequest('/readyz') },
    words(port, own) {
      folder = own;
      const keysDirectory = join(folder, 'keys');
      mkdirSync(keysDirectory);
      keys.forEach((key, index) => {
        writeFileSync(join(keysDirectory, `key${index + 1}`), key);
      });
      return [
        ...program,
        ...['--upstream', upstream, '--path', path, '--keys-directory', keysDirectory],
        ...(withoutAllow ? [] : ['--allow', '127.0.0.1']),
        ...['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`],
        ...['--store-file', storeFile ?? join(folder, 'events.db')],
        ...flags,
      ];
    },
  });
  return { ...started, adminPort, folder };
}
