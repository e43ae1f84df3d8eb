/**
 * What an event costs under one sender's scheme and under another's: one gate with a route for each, the same bytes of
 * a body through all of them, in very short rounds that take turns.
 * `node bench/compare-schemes.ts [DIST] [--profiles paystack,razorpay,stripe] [--rounds 120]`; the default scheme is what
 * the others are compared with, and stands beside itself once more: noise. With many more rounds the memory store is full.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sendAll } from './load/closed-loop.ts';
import { createEvents, secret } from './load/events.ts';
import { postRequest } from './load/requests.ts';
import { signatureHeader } from './load/signature-header.ts';
import { besideTheFirst } from './measure/beside-the-first.ts';
import { concurrency } from './measure/costs.ts';
import { costOf } from './measure/processor-time.ts';
import { alternate } from './measure/rounds.ts';
import { imageSettings, startGate } from './peers/gates.ts';
import { pinThisProcess } from './peers/pinning.ts';
import { createPrograms, type Started } from './peers/programs.ts';
import { startApplication, urlOf } from './peers/start-application.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '120' },
    profiles: { type: 'string', default: 'paystack,razorpay,stripe' },
  },
});
const warmUp = 4000;
const eventsPerRound = 100;
const profiles = ['juicyway', ...values.profiles.split(',')];
const nextEvent = createEvents(600);

pinThisProcess('around');
const directory = mkdtempSync(join(tmpdir(), 'hookgate-compare-'));
const programs = createPrograms(directory);
try {
  const gate = await startGate(programs, urlOf(await startApplication(programs)), {
    program: [...imageSettings(), join(resolve(positionals[0] ?? 'dist'), 'hookgate.js'), 'serve'],
    env: { HOOKGATE_DUPLICATES_STORE: 'memory' },
    routes: profiles.map((scheme) => ({ name: scheme, path: `/${scheme}`, scheme })),
  });
  const rows = [...profiles, 'juicyway'].map((profile) => ({ title: profile, profile }));
  const costs = await alternate(rows, Number(values.rounds), ({ profile }, round) =>
    playRound(gate, profile, round),
  );
  console.log(
    `an event of ${nextEvent().length} bytes, memory store, ${values.rounds} rounds of ${eventsPerRound}`,
  );
  console.log('scheme | µs, median | of the first');
  const titles = rows.map(({ title }) => title);
  for (const line of besideTheFirst(titles, costs)) console.log(line);
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

/** Microseconds of processor time an event. */
async function playRound({ pid, port }: Started, profile: string, round: number): Promise<number> {
  const count = round < 0 ? warmUp : eventsPerRound;
  const requests = Array.from({ length: count }, () => {
    const body = nextEvent();
    const [name, value] = signatureHeader(profile, body, secret, Date.now());
    const fields = name === undefined ? '' : `${name}: ${value}\r\n`;
    return postRequest(body, { to: `/${profile}`, fields });
  });
  const before = costOf(pid).processorUs;
  await sendAll(requests, { port, concurrency, connections: 'kept', status: 200 });
  return (costOf(pid).processorUs - before) / count;
}
