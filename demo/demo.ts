/**
 * The main job, shown: a sample application, the gate in front of it as a process of its own, and a sender, all on
 * loopback. Ends with 0 only if every delivery ended as promised. `--stay` leaves it up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWords } from '../scripts/words.ts';
import { freePort } from './free-port.ts';
import { otherSenders, runSecondAct } from './other-senders.ts';
import { startSampleApplication } from './sample-application.ts';
import { runScenes } from './scenes.ts';
import { signEvent } from './sign-event.ts';
import { printTable } from './table.ts';

const { stay } = readWords('npm run demo -- [--stay]', {
  options: { stay: { type: 'boolean', default: false } },
}).values;
const businessId = 'demo-business-0001';
const root = new URL('../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'hookgate-demo-'));
const keysDirectory = join(folder, 'keys');
mkdirSync(keysDirectory);
writeFileSync(join(keysDirectory, 'primary'), businessId);
const configFile = join(folder, 'hookgate.yaml');
writeFileSync(configFile, routesText());

const application = await startSampleApplication();
const port = await freePort();
const adminPort = await freePort();
const gate = startGate();
const ended = new Promise<number | null>((resolve) => gate.once('exit', resolve));
let failed = true;

try {
  await ready();
  const url = `http://127.0.0.1:${port}/webhooks/juicyway`;
  const before = await metrics();
  const scenes = { url, unlistedFrom: '127.0.0.2', secret: Buffer.from(businessId), application };
  const rows = [
    ...(await runScenes(scenes)),
    ...(await runSecondAct(`http://127.0.0.1:${port}`, application)),
  ];
  console.log(`\nApplication ${application.url}, guarded by Hookgate at ${url}\n`);
  printTable(rows);
  console.log('\nMetrics that moved:');
  for (const line of moved(before, await metrics())) console.log(`  ${line}`);
  await explainRefused();

  const wrong = rows.filter(({ asPromised }) => !asPromised);
  failed = wrong.length > 0;
  console.log(
    failed
      ? `\n${wrong.length} of ${rows.length} rows are not as promised.`
      : `\nAll ${rows.length} rows are as promised.`,
  );
  if (stay) await stayUp(url);
} finally {
  gate.kill('SIGTERM');
  const code = await ended;
  if (code !== 0) failed = true;
  await application.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** The second act's senders have routes beside the first one's, each with keys of its own. */
function routesText(): string {
  const others = otherSenders.map(({ name, secret }) => {
    const directory = join(folder, `keys-${name}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'primary'), secret);
    return `  - { name: ${name}, path: /webhooks/${name}, scheme: ${name}, keysDirectory: ${directory} }\n`;
  });
  return `routes:\n  - { name: juicyway, path: /webhooks/juicyway }\n${others.join('')}`;
}

function startGate(): ChildProcess {
  const flags = [
    ['--upstream', application.url],
    ['--listen', `127.0.0.1:${port}`],
    ['--admin', `127.0.0.1:${adminPort}`],
    ['--config', configFile],
    ['--keys-directory', keysDirectory],
    ['--allow', '127.0.0.1'],
    ['--store-file', join(folder, 'events.db')],
  ].flat();
  return spawn(process.execPath, [join(root, 'dist/hookgate.js'), 'serve', ...flags], {
    env: { ...process.env, HOOKGATE_DRAIN_DELAY: '0s', HOOKGATE_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Asks until the gate says that it is ready; ends when the gate has ended. */
async function ready(): Promise<void> {
  const gone = ended.then((code) => {
    throw new Error(`the gate ended with ${code}; was it built? (npm run build)`);
  });
  const answers = async (): Promise<void> => {
    for (;;) {
      const ok = await fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.race([answers(), gone]);
  gone.catch(() => undefined);
}

async function metrics(): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const counters = text.split('\n').filter((line) => /^hookgate_\w+_total[{ ]/.test(line));
  return new Map(
    counters.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

function moved(before: Map<string, number>, after: Map<string, number>): string[] {
  return [...after].flatMap(([series, value]) => {
    const increase = value - (before.get(series) ?? 0);
    return increase > 0 ? [`${series} +${increase}`] : [];
  });
}

/** One refused delivery, captured and explained: signed as Python's json.dumps writes by default. */
async function explainRefused(): Promise<void> {
  const spaced = '{"amount": 1000, "currency": "NGN"}';
  const captured = signEvent({
    event: 'deposit.received',
    dataJson: spaced,
    secret: Buffer.from(businessId),
    encoding: 'received',
  }).replace(spaced, '{"amount":1000,"currency":"NGN"}');
  const file = join(folder, 'captured.json');
  writeFileSync(file, captured);
  console.log('\nWhy was this one refused?  hookgate explain --keys-directory … captured.json');
  console.log(`  ${captured}`);
  const explain = spawn(
    process.execPath,
    [join(root, 'dist/hookgate.js'), 'explain', '--keys-directory', keysDirectory, file],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  for await (const chunk of explain.stdout) process.stdout.write(String(chunk).replace(/^(?=.)/gm, '  '));
}

async function stayUp(url: string): Promise<void> {
  const body = signEvent({
    event: 'payment.session.succeeded',
    dataJson: '{"amount":1000,"currency":"NGN","reference":"try-it"}',
    secret: Buffer.from(businessId),
    encoding: 'sorted',
  });
  console.log(
    `\nIt stays up until Ctrl-C. Try:\n  curl -i ${url} -H 'Content-Type: application/json' -d '${body}'`,
  );
  console.log(`  curl http://127.0.0.1:${adminPort}/status`);
  console.log(
    `  npm run hookgate -- send --url ${url} --key-file ${join(keysDirectory, 'primary')} --repeat 2`,
  );
  await new Promise((resolve) => process.once('SIGINT', resolve));
}
