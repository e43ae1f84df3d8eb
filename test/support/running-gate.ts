import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RunningGate, startGate } from '../../src/app/serve/serve.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { type GateAnswer, postEvent } from './post-event.ts';
import { readMetric } from './read-metric.ts';
import { testSecret } from './sign-event.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface GateForTest {
  readonly gate: RunningGate;
  /** The webhook URL of the one route. */
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly directory: string;
  readonly configFile: string;
  readonly allowlistFile: string;
  readonly keysDirectory: string;
  /** Posts a body as the sender does. */
  post(body: Buffer | string, headers?: Record<string, string>): Promise<GateAnswer>;
  /** Value of a series such as `hookgate_deliveries_total{route="juicyway",outcome="forwarded"}`. */
  metric(series: string): Promise<number>;
}

/**
 * YAML of hookgate.yaml's sections; each replaces the one that tests have by default. `UPSTREAM` stands for the
 * beginning of a mapping with the application's URL, `KEYS_DIRECTORY` and `ALLOWLIST_FILE` for these places.
 */
export type Sections = Readonly<Record<string, string>>;

/** A whole gate in this process, on ports of its own and with files of its own; stopped when the test has finished. */
export async function runGate(
  upstreamUrl: string,
  sections: Sections = {},
  store?: DuplicateStore | ((places: { keysDirectory: string; allowlistFile: string }) => DuplicateStore),
): Promise<GateForTest> {
  const { directory, keysDirectory, allowlistFile, configFile } = writeGateFiles(upstreamUrl, sections);
  const sources = { file: configFile, flags: {}, env: {} };
  const started = await (store === undefined
    ? startGate(sources)
    : startGate(sources, {
        openStore: async () =>
          typeof store === 'function' ? store({ keysDirectory, allowlistFile }) : store,
      }));
  if (started.kind !== 'running') {
    throw new Error(
      started.kind === 'failed' ? started.sentence : started.problems.map(formatProblem).join('\n'),
    );
  }
  const { gate } = started;
  onTestFinished(() => gate.stop());
  const url = `http://127.0.0.1:${gate.traffic.port}/webhooks/juicyway`;
  const adminUrl = `http://127.0.0.1:${gate.admin.port}`;
  return {
    gate,
    url,
    port: gate.traffic.port,
    adminUrl,
    directory,
    configFile,
    allowlistFile,
    keysDirectory,
    post: (body, headers = {}) => postEvent(url, body, headers),
    metric: (series) => readMetric(adminUrl, series),
  };
}

/** The files of a gate with one key, which takes events from this machine, in a directory of their own. */
export function writeGateFiles(
  upstreamUrl: string,
  sections: Sections = {},
  directory: string = temporaryDirectory(),
) {
  const places = {
    directory,
    upstreamUrl,
    keysDirectory: join(directory, 'keys'),
    allowlistFile: join(directory, 'allowlist.yaml'),
  };
  const configFile = join(directory, 'hookgate.yaml');
  mkdirSync(places.keysDirectory);
  writeFileSync(join(places.keysDirectory, 'primary'), testSecret);
  writeFileSync(places.allowlistFile, 'addresses:\n  - 127.0.0.1\n');
  writeFileSync(configFile, configText(places, sections));
  return { ...places, configFile };
}

/** The text of hookgate.yaml that `runGate` starts with. */
export function configText(
  places: { directory: string; upstreamUrl: string; keysDirectory: string; allowlistFile: string },
  sections: Sections = {},
): string {
  const defaults: Record<string, string> = {
    listen: '{ host: 127.0.0.1, port: 0 }',
    admin: '{ host: 127.0.0.1, port: 0 }',
    upstream: `{ url: "${places.upstreamUrl}" }`,
    allowlist: `{ file: ${places.allowlistFile} }`,
    checksum: `{ keysDirectory: ${places.keysDirectory} }`,
    duplicates: `{ embedded: { file: ${join(places.directory, 'events.db')} } }`,
    routes: '[{ name: juicyway, path: /webhooks/juicyway }]',
    drain: '{ delay: 0s }',
    log: '{ level: silent }',
  };
  return Object.entries({ ...defaults, ...sections })
    .map(([name, text]) => {
      const placed = text
        .replace('UPSTREAM', `{ url: "${places.upstreamUrl}"`)
        .replace('KEYS_DIRECTORY', places.keysDirectory)
        .replace('ALLOWLIST_FILE', places.allowlistFile);
      return `${name}: ${placed}\n`;
    })
    .join('');
}
