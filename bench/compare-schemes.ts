/**
 * What an event costs under one sender's scheme and under another's: one gate with a route for each, the same bytes of
 * a body through all of them, in very short rounds that take turns.
 * `node bench/compare-schemes.ts [DIST] [--profiles paystack,razorpay,stripe] [--rounds 120]`; the default scheme is what
 * the others are compared with, and stands beside itself once more: noise. With many more rounds the memory store is full.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../demo/free-port.ts';
import { sendAll } from './load/closed-loop.ts';
import { createEvents, secret } from './load/events.ts';
import { getRequest, postRequest } from './load/requests.ts';
import { signatureHeader } from './load/signature-header.ts';
import { concurrency } from './measure/costs.ts';
import { costOf } from './measure/processor-time.ts';
import { alternate, median, trimmedRatio } from './measure/rounds.ts';
import { imageSettings } from './peers/gates.ts';
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
  const gate = await startGate(urlOf(await startApplication(programs)));
  const rows = [...profiles, 'juicyway'].map((profile) => ({ title: profile, profile }));
  const costs = await alternate(rows, Number(values.rounds), ({ profile }, round) =>
    playRound(gate, profile, round),
  );
  const [base = []] = costs;
  console.log(
    `an event of ${nextEvent().length} bytes, memory store, ${values.rounds} rounds of ${eventsPerRound}`,
  );
  console.log('scheme | µs, median | of the first');
  for (const [place, { title }] of rows.entries()) {
    const own = costs[place] ?? [];
    const { ratio, error } = trimmedRatio(own, base);
    console.log(`${title} | ${median(own).toFixed(1)} | ${ratio.toFixed(3)} ± ${error.toFixed(3)}`);
  }
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

/** One gate with a route for each profile, all with the key of the events. */
async function startGate(upstream: string): Promise<Started> {
  const bin = join(resolve(positionals[0] ?? 'dist'), 'hookgate.js');
  const adminPort = await freePort();
  return programs.start({
    place: 'measured',
    ready: { port: adminPort, request: getRequest('/readyz') },
    words(port, folder) {
      const keysDirectory = join(folder, 'keys');
      mkdirSync(keysDirectory);
      writeFileSync(join(keysDirectory, 'live'), secret);
      const routes = profiles.map((scheme) => ({ name: scheme, path: `/${scheme}`, scheme, keysDirectory }));
      const config = join(folder, 'hookgate.yaml');
      // JSON is YAML.
      writeFileSync(
        config,
        JSON.stringify({
          upstream: { url: upstream },
          listen: { host: '127.0.0.1', port },
          admin: { host: '127.0.0.1', port: adminPort },
          duplicates: { store: 'memory' },
          routes,
        }),
      );
      return [...imageSettings(), bin, 'serve', '--config', config, '--allow', '127.0.0.1'];
    },
  });
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
