import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RunningGate, startGate } from '../../src/app/serve.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
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

export interface GateAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The code of the problem document; undefined for any other answer. */
  readonly code: string | undefined;
}

/**
 * YAML of hookgate.yaml's sections; each replaces the one that tests have by default. `UPSTREAM` stands for the
 * beginning of a mapping with the application's URL.
 */
export type Sections = Readonly<Record<string, string>>;

/** A whole gate in this process, on ports of its own and with files of its own; stopped when the test has finished. */
export async function runGate(
  upstreamUrl: string,
  sections: Sections = {},
  store?: DuplicateStore | ((places: { keysDirectory: string; allowlistFile: string }) => DuplicateStore),
): Promise<GateForTest> {
  const directory = temporaryDirectory();
  const keysDirectory = join(directory, 'keys');
  const allowlistFile = join(directory, 'allowlist.yaml');
  const configFile = join(directory, 'hookgate.yaml');
  mkdirSync(keysDirectory);
  writeFileSync(join(keysDirectory, 'primary'), testSecret);
  writeFileSync(allowlistFile, 'addresses:\n  - 127.0.0.1\n');
  writeFileSync(configFile, configText({ directory, upstreamUrl, keysDirectory, allowlistFile }, sections));

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
    post: (body, headers = {}) => post(url, body, headers),
    metric: (series) => metric(adminUrl, series),
  };
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
    .map(([name, text]) => `${name}: ${text.replace('UPSTREAM', `{ url: "${places.upstreamUrl}"`)}\n`)
    .join('');
}

async function post(
  url: string,
  body: Buffer | string,
  headers: Record<string, string>,
): Promise<GateAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
    redirect: 'manual',
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: isProblem ? (JSON.parse(text) as { code: string }).code : undefined,
  };
}

async function metric(adminUrl: string, series: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  if (line === undefined) throw new Error(`there is no series ${series}`);
  return Number(line.slice(series.length + 1));
}
