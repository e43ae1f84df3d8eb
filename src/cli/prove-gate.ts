import { randomUUID } from 'node:crypto';
import { type PrivateGate, startPrivateGate } from '../app/serve/private-gate.ts';
import type { Config, Route } from '../config/config.ts';
import type { Key } from '../config/keys.ts';
import { formatProblem } from '../config/problem.ts';
import type { SignedDelivery } from '../schemes/sign-delivery.ts';
import { createPoster, type PostResult } from '../sender/post.ts';
import { probe } from '../sender/probe.ts';
import { sampleDataJson } from '../sender/sample-event.ts';
import { playEvent } from '../sender/scheme-event.ts';
import { describeOutcome } from '../sender/tally.ts';
import { tamper } from '../sender/tamper.ts';
import { hostAndPort } from '../values/host-brackets.ts';
import { noSuchRoute } from './chosen-scheme.ts';
import type { ProveOptions, Report } from './prove-report.ts';

const timeoutMs = 60_000;
const probeTimeoutMs = 3000;

/** Proves the gate on itself; the exit status where it could not even start, else undefined. */
export async function proveGate(
  { config: file, toApplication, event, route: only }: ProveOptions,
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
    const routes = gate.config.routes.filter(({ name }) => only === undefined || name === only);
    if (routes.length === 0) {
      process.stderr.write(`hookgate: ${noSuchRoute(only ?? '', gate.config.routes)}\n`);
      return 2;
    }
    if (toApplication === true) await sendToApplication(gate, routes, event, report);
    else {
      for (const route of routes)
        for (const key of gate.keysOf(route)) await proveRoute(gate, route, key, event, report);
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
  key: Key,
  event: string | undefined,
  report: Report,
): Promise<void> {
  const { scheme } = route;
  const where = `${route.path} with key ${key.name}`;
  if (!canSign(route, key)) {
    report.say(`not tried: ${where}: ${onlyHalf}`);
    return;
  }
  const { delivery } = play(route, key, event);
  const expect = async (
    what: string,
    sent: SignedDelivery,
    status: number,
    arrivals: number,
  ): Promise<void> => {
    const before = gate.arrivals();
    const attempt = await post(gate, route, sent);
    const arrived = gate.arrivals() - before;
    report.tell(
      attempt.status === status && arrived === arrivals,
      `${where}: ${what}`,
      `${describeOutcome(attempt)}, ${arrived} arrived`,
    );
  };
  await expect('a signed event arrives', delivery, 200, 1);
  await expect('its repeat is answered and does not arrive', delivery, 200, 0);
  if (route.checksum.mode !== 'enforce') {
    report.say(`not tried: ${where}: a tampered event (checksum.mode is observe, which forwards it)`);
    return;
  }
  // Where nothing of the body is signed, only the secret can be another one.
  const tampered = tamper(scheme, delivery, scheme.covers === 'nothing' ? 'checksum' : 'data');
  await expect('a tampered event is refused', tampered, 401, 0);
}

/** Whoever runs this has been told; the application cannot tell the event from one of the provider. */
async function sendToApplication(
  gate: PrivateGate,
  routes: readonly Route[],
  event: string | undefined,
  report: Report,
): Promise<void> {
  const [found] = routes.flatMap((route) =>
    gate.keysOf(route).flatMap((key) => (canSign(route, key) ? [{ route, key }] : [])),
  );
  if (found === undefined) throw new Error(`no event can be signed: ${onlyHalf}`);
  const { route, key } = found;
  const { delivery, event: name, reference } = play(route, key, event);
  report.say(
    `Sends one genuine event to the application at ${route.upstream.url.href}, path ${route.path}: ${name}, reference ${reference}, ` +
      `signed with key ${key.name}. It goes through a gate of this command alone, which admits this machine only; ` +
      'the application cannot tell it from an event of the provider, and may book it.',
  );
  const attempt = await post(gate, route, delivery);
  report.tell(attempt.status === 200, 'the application accepts it', describeOutcome(attempt));
}

/** The one that runs in this pod, where one runs. */
async function askRunningGate(
  { host, port, tls }: Config['listen'],
  path: string,
  report: Report,
): Promise<void> {
  const address = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host;
  if (port === 0) {
    report.say('not tried: the gate that runs here (listen.port is 0, so that its port is not known)');
    return;
  }
  if (tls !== undefined) {
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

async function post(gate: PrivateGate, route: Route, { body, headers }: SignedDelivery): Promise<PostResult> {
  const url = new URL(gate.url + route.path);
  const poster = createPoster({ url, headers: [], caPem: undefined, timeoutMs, connections: 1 });
  try {
    return await poster.post(body.toString('utf8'), new AbortController().signal, headers);
  } finally {
    await poster.close();
  }
}

/** An event as the route's own sender makes it. */
function play(route: Route, { secret }: Key, event = eventFor(route)) {
  const reference = `hookgate-prove-${randomUUID()}`;
  const data = { ...(JSON.parse(sampleDataJson()) as object), reference };
  const dataJson = JSON.stringify(data);
  const delivery = playEvent(route.scheme, { event, dataJson, secret, way: undefined, nowMs: Date.now() });
  return { event, reference, delivery };
}

const onlyHalf = 'the gate has the public half of this key only, with which nothing can be signed';

function canSign({ scheme }: Route, { secret }: Key): boolean {
  return scheme.algorithm !== 'ed25519' && !secret.toString('latin1').startsWith('whpk_');
}

/** One that the route forwards. */
function eventFor({ events }: Route): string {
  const [pattern = '*'] = events;
  return pattern === '*' ? 'hookgate.prove' : pattern.replace(/\.\*$/, '.hookgate-prove');
}
