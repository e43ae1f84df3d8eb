/**
 * What a verified, deduplicated, logged and counted event costs, against a bare http-proxy hop: processor time from
 * the kernel's books, alternating rounds in one run. `node bench/gate.ts [rounds] [events a round]`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Pool } from 'undici';
import { freePort } from '../demo/free-port.ts';
import { signEvent } from '../src/envelope/sign.ts';
import { costOf } from './processor-time.ts';

const [rounds = 7, eventsPerRound = 2000] = process.argv.slice(2).map(Number);
const concurrency = 32;
const path = '/webhooks/juicyway';
const secret = Buffer.from('bench-business-id');
const directory = mkdtempSync(join(tmpdir(), 'hookgate-bench-'));
const children: ChildProcess[] = [];
let nextEvent = 0;

interface Row {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly readyMs: number;
  readonly idleMiB: number;
  readonly costsUs: number[];
}

try {
  const upstream = await startApplication();
  const rows = [
    await startGate('hookgate, embedded store', upstream, storeIn('events.db')),
    await startGate('hookgate, embedded store, heap as Node sets it', upstream, storeIn('defaults.db'), {}, [
      process.execPath,
    ]),
    await startGate('hookgate, memory store', upstream, [], { HOOKGATE_DUPLICATES_STORE: 'memory' }),
    await startHop('http-proxy hop, defaults', upstream, []),
    await startHop('http-proxy hop, keep-alive agent', upstream, ['keep-alive']),
  ];
  for (const row of rows) await playRound(row);
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) row.costsUs.push(await playRound(row));
  }
  report(rows);
  await Promise.all(rows.map(({ pool }) => pool.destroy()));
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
}

/** Microseconds of processor time an event. */
async function playRound({ child, pool, name }: Row): Promise<number> {
  const bodies = Array.from({ length: eventsPerRound }, distinctEvent);
  const before = costOf(child.pid as number).processorMs;
  const send = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const answer = await pool.request({
        method: 'POST',
        path,
        body,
        headers: { 'content-type': 'application/json' },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`${name} answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  return ((costOf(child.pid as number).processorMs - before) * 1000) / eventsPerRound;
}

function storeIn(name: string): string[] {
  return ['--store-file', join(directory, name)];
}

/** About 800 bytes, as a payment session's event has. */
function distinctEvent(): string {
  nextEvent += 1;
  const data = {
    amount: 150_000 + nextEvent,
    currency: 'NGN',
    customer: { email: 'someone@example.com', first_name: 'Some', last_name: 'One', phone: '+2348000000000' },
    description: 'x'.repeat(380),
    id: `81817411-9ffd-42ba-8bc8-${String(nextEvent).padStart(12, '0')}`,
    reference: `reference-${nextEvent}`,
    status: 'succeeded',
  };
  const dataJson = JSON.stringify(data);
  return signEvent({ event: 'payment.session.succeeded', dataJson, secret, encoding: 'received' });
}

async function startApplication(): Promise<string> {
  const child = start([process.execPath, 'bench/peers/application.ts'], 'pipe');
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return `http://127.0.0.1:${line.toString().trim()}`;
}

async function startGate(
  name: string,
  upstream: string,
  flags: readonly string[],
  env: Record<string, string> = {},
  // By default the bin itself, since its first line sets the heap.
  interpreter: readonly string[] = [],
): Promise<Row> {
  const keys = join(directory, 'keys');
  mkdirSync(keys, { recursive: true });
  writeFileSync(join(keys, 'primary'), secret);
  const [port, adminPort] = [await freePort(), await freePort()];
  const common = ['--upstream', upstream, '--path', path, '--keys-directory', keys, '--allow', '127.0.0.1'];
  const places = ['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`];
  return startRow(name, [...interpreter, 'dist/hookgate.js', 'serve', ...common, ...places, ...flags], port, {
    readyUrl: `http://127.0.0.1:${adminPort}/readyz`,
    env,
  });
}

async function startHop(name: string, upstream: string, tuning: readonly string[]): Promise<Row> {
  const port = await freePort();
  const readyUrl = `http://127.0.0.1:${port}/`;
  return startRow(
    name,
    [process.execPath, 'bench/peers/http-proxy-hop.ts', String(port), upstream, ...tuning],
    port,
    {
      readyUrl,
    },
  );
}

async function startRow(
  name: string,
  args: readonly string[],
  port: number,
  { readyUrl, env = {} }: { readyUrl: string; env?: Record<string, string> },
): Promise<Row> {
  const startedMs = performance.now();
  const child = start(args, 'ignore', env);
  const isReady = (): Promise<boolean> =>
    fetch(readyUrl).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
  }
  const readyMs = performance.now() - startedMs;
  // The hops close idle connections after 5 s, which is while the other rows have their rounds.
  const idle = { keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 };
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency, ...idle });
  return { name, child, pool, readyMs, idleMiB: costOf(child.pid as number).residentMiB, costsUs: [] };
}

function start(
  [program = '', ...args]: readonly string[],
  stdout: 'pipe' | 'ignore',
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn(program, args, {
    stdio: ['ignore', stdout, 'inherit'],
    // The bin takes the Node that it finds first: this one, so that all rows run on the same.
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...env },
  });
  children.push(child);
  return child;
}

function report(rows: readonly Row[]): void {
  const bare = rows.find(({ name }) => name === 'http-proxy hop, defaults') as Row;
  console.log(
    `processor time an event (800 bytes, keep-alive, ${concurrency} at once), ${rounds} alternating rounds`,
  );
  console.log('row | µs median (least-most) | of the bare hop | ready ms | MiB idle | MiB loaded');
  for (const row of rows) {
    const sorted = row.costsUs.toSorted((a, b) => a - b);
    const spread = `${Math.round(sorted[0] as number)}-${Math.round(sorted.at(-1) as number)}`;
    // Each round against the bare hop's round beside it, so that what else the machine does weighs on both.
    const ratio = median(row.costsUs.map((cost, round) => cost / (bare.costsUs[round] as number)));
    const loadedMiB = Math.round(costOf(row.child.pid as number).residentMiB);
    console.log(
      `${row.name} | ${Math.round(median(sorted))} (${spread}) | ${ratio.toFixed(2)} | ${Math.round(row.readyMs)} | ${Math.round(row.idleMiB)} | ${loadedMiB}`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
