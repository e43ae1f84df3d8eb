import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../demo/free-port.ts';
import { readImageSettings } from '../../scripts/image-settings.ts';
import { path, secret } from '../load/events.ts';
import { getRequest } from '../load/requests.ts';
import type { Programs, Started } from './programs.ts';

export interface GateOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** For other settings than the image's, or for another program. */
  readonly program?: readonly string[];
  /** In place of one route for the events' own path and scheme: members of the configuration's, all with the same keys. */
  readonly routes?: readonly { readonly name: string; readonly path: string; readonly scheme: string }[];
  /** Business ids; the events' own unless told. */
  readonly keys?: readonly Buffer[];
  /** Of the embedded store; one in a folder of its own unless told, as the chart has it. */
  readonly storeFile?: string;
  /** The allowlist comes from a file that `env` names. */
  readonly withoutAllow?: boolean;
}

export interface StartedGate extends Started {
  readonly adminPort: number;
}

/** The built command. */
export const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;

/** Node with the settings of the image, in the words of its Dockerfile. */
export function imageSettings(): string[] {
  const { variables, flags } = readImageSettings();
  return ['env', ...variables, process.execPath, ...flags];
}

/** The built program, as the image starts it, in front of this application. */
export async function startGate(
  programs: Programs,
  upstream: string,
  {
    env = {},
    flags = [],
    program = [...imageSettings(), bin, 'serve'],
    keys = [secret],
    routes,
    withoutAllow = false,
    storeFile,
  }: GateOptions = {},
): Promise<StartedGate> {
  const adminPort = await freePort();
  const started = await programs.start({
    place: 'measured',
    env,
    ready: { port: adminPort, request: getRequest('/readyz') },
    words(port, folder) {
      const keysDirectory = join(folder, 'keys');
      mkdirSync(keysDirectory);
      keys.forEach((key, index) => {
        writeFileSync(join(keysDirectory, `key${index + 1}`), key);
      });
      return [
        ...program,
        ...['--upstream', upstream],
        ...(routes === undefined
          ? ['--path', path, '--keys-directory', keysDirectory]
          : ['--config', writeRoutes(folder, routes, keysDirectory)]),
        ...(withoutAllow ? [] : ['--allow', '127.0.0.1']),
        ...['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`],
        ...['--store-file', storeFile ?? join(programs.folder(), 'events.db')],
        ...flags,
      ];
    },
  });
  return { ...started, adminPort };
}

/** Gives the configuration's file. */
function writeRoutes(
  folder: string,
  routes: NonNullable<GateOptions['routes']>,
  keysDirectory: string,
): string {
  const file = join(folder, 'hookgate.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ routes: routes.map((route) => ({ ...route, keysDirectory })) }));
  return file;
}
