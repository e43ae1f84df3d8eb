import { randomUUID } from 'node:crypto';
import { type PrivateGate, startPrivateGate } from '../app/private-gate.ts';
import type { Config, Route } from '../config/config.ts';
import type { Key } from '../config/keys.ts';
import { formatProblem } from '../config/problem.ts';
import { signEvent } from '../envelope/sign.ts';
import { type Attempt, createPoster } from '../sender/post.ts';
import { probe } from '../sender/probe.ts';
import { sampleDataJson } from '../sender/sample-event.ts';
import { describeOutcome } from '../sender/tally.ts';
import { tamper } from '../sender/tamper.ts';
import { hostAndPort } from '../values/host-brackets.ts';
import type { ProveOptions, Report } from './prove.ts';

const timeoutMs = 60_000;
const probeTimeoutMs = 3000;

/** Proves the gate on itself; the exit status where it could not even start, else undefined. */
export async function proveGate(
  { config: file, toApplication, event }: ProveOptions,
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
): Promise<number | undefined> {
  const gate = await startPrivateGate({ file, env }, toApplication === true ? 'application' : 'echo');
  if (gate.kind !== 'running') {
    const text =
      gate.kind === 'failed' ? `hookgate: ${gate.sentence}` : gate.problems.map(formatProblem).join('\n');
    process.stderr.write(`${text}\n`);
    return gate.kind === 'failed' ? 1 : 2;
  }
  try {
    if (toApplication === true) await sendToApplication(gate, event, report);
    else {
      for (const route of gate.config.routes) {
        const reason = gate.whyNot(route);
        if (reason !== undefined) report.say(`not tried: ${route.path}: ${reason}`);
        else for (const key of gate.keysOf(route)) await proveRoute(gate, route, key, event, report);
      }
      await askRunningGate(gate.listen, gate.config.routes[0]?.path ?? '/', report);
    }
    return undefined;
  } finally {
    await gate.close();
  }
}

async function proveRoute(
  gate: PrivateGate,
  route: Route,
  { name, secret }: Key,
  event: string | undefined,
  report: Report,
): Promise<void> {
  const where = `${route.path} with key ${name}`;
  const signed = sign(event ?? eventFor(route), secret);
  const expect = async (what: string, body: string, status: number, arrivals: number): Promise<void> => {
    const before = gate.arrivals();
    const attempt = await post(gate, route, body);
    const arrived = gate.arrivals() - before;
    report.tell(
      attempt.status === status && arrived === arrivals,
      `${where}: ${what}`,
      `${describeOutcome(attempt)}, ${arrived} arrived`,
    );
  };
  await expect('a signed event arrives', signed.body, 200, 1);
  await expect('its repeat is answered and does not arrive', signed.body, 200, 0);
  if (route.checksum.mode === 'enforce')
    await expect('a tampered event is refused', tamper('data', signed), 401, 0);
  else report.say(`not tried: ${where}: a tampered event (checksum.mode is observe, which forwards it)`);
}

/** Whoever runs this has been told; the application cannot tell the event from one of the provider. */
async function sendToApplication(
  gate: PrivateGate,
  event: string | undefined,
  report: Report,
): Promise<void> {
  const route = gate.config.routes.find((one) => gate.whyNot(one) === undefined);
  const key = route && gate.keysOf(route)[0];
  if (route === undefined || key === undefined)
    throw new Error(
      `no route can be proved so: ${gate.config.routes.map((one) => `${one.path}: ${gate.whyNot(one)}`).join('; ')}`,
    );
  const { body, event: name, reference } = sign(event ?? eventFor(route), key.secret);
  const { url } = route.upstream;
  report.say(
    `Sends one genuine event to the application at ${url.href}, path ${route.path}: ${name}, reference ${reference}, ` +
      `signed with key ${key.name}. It goes through a gate of this command alone, which admits this machine only; ` +
      'the application cannot tell it from an event of the provider, and may book it.',
  );
  const attempt = await post(gate, route, body);
  report.tell(attempt.status === 200, 'the application accepts it', describeOutcome(attempt));
}

/** The one that runs in this pod, where one runs. */
async function askRunningGate(
  { host, port, tls }: Config['listen'],
  path: string,
  report: Report,
): Promise<void> {
  const address = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host;
  if (tls !== undefined || port === 0) {
    report.say(
      `not tried: the gate that runs here (it speaks TLS; ask by its name: --url https://NAME${path})`,
    );
    return;
  }
  const found = await probe(new URL(`http://${hostAndPort(address, port)}${path}`), {
    timeoutMs: probeTimeoutMs,
    caPem: undefined,
  });
  if (found.kind === 'no answer') report.say(`not tried: no gate runs here (port ${port}: ${found.found})`);
  else
    report.tell(
      found.kind === 'gate',
      `the gate that runs here answers at port ${port}`,
      'found' in found ? found.found : '',
    );
}

async function post(gate: PrivateGate, route: Route, body: string): Promise<Attempt> {
  const url = new URL(gate.url + route.path);
  const poster = createPoster({ url, headers: [], caPem: undefined, timeoutMs, connections: 1 });
  try {
    return await poster.post(body, new AbortController().signal);
  } finally {
    await poster.close();
  }
}

function sign(event: string, secret: Buffer) {
  const reference = `hookgate-prove-${randomUUID()}`;
  const data = { ...(JSON.parse(sampleDataJson()) as object), reference };
  const dataJson = JSON.stringify(data);
  return { event, dataJson, reference, body: signEvent({ event, dataJson, secret, encoding: 'sorted' }) };
}

/** One that the route forwards. */
function eventFor({ events }: Route): string {
  const [pattern = '*'] = events;
  return pattern === '*' ? 'hookgate.prove' : pattern.replace(/\.\*$/, '.hookgate-prove');
}
