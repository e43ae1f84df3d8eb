import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { createDice, type Dice } from '../support/seeded-dice.ts';
import { signedEvent } from '../support/sign-event.ts';

const fuzzMs = 10_000;
const attackers = 16;
const patienceMs = 150;
const maxGrowthMiB = 96;

const name = 'payment.session.succeeded';
const dataOf = (index: number) => ({
  amount: 1000 + index,
  customer: { name: 'Zoë' },
  reference: `r-${index}`,
});
const genuineBodies = Array.from({ length: 32 }, (_, index) => signedEvent(name, dataOf(index)));

/** What parsers have been seen to stumble over. */
const morsels = [
  ['\r\n', '\n', '\r', '\r\n\r\n', '\0', ' ', '\t', ':', '_', '%2f', '//', '/../', '\xff', '\xc0\xaf'],
  ['Transfer-Encoding: chunked\r\n', 'Transfer_Encoding: chunked\r\n', 'Content-Length: 1\r\n', '0\r\n\r\n'],
  [
    'Expect: 100-continue\r\n',
    'Connection: Upgrade\r\nUpgrade: websocket\r\n',
    'Host: x\r\n',
    'HTTP/1.0',
    'TRACE ',
  ],
  [
    '"checksum":"',
    '"event":"',
    '"data":{',
    '\\u0000',
    '\\ud800',
    '[[[[',
    '{"a":',
    '1e999',
    '\ufeff',
    'null,',
  ],
  ['CONNECT a:1 HTTP/1.1\r\n\r\n', 'PROXY TCP4 1.1.1.1 2.2.2.2 3 4\r\n', 'X-Forwarded-For: 1.1.1.1\r\n'],
].flat();

const leastAnswered = 100;

/**
 * Ten seconds of broken, mutated and half requests over sixteen connections at a time. On failure the seed is printed;
 * `FUZZ_SEED=` repeats it.
 */
test('a gate under fuzz lives on, grows little, and hands on nothing but genuine events', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, { stdout: 'pipe' });
  const alarms: string[] = [];
  createInterface({ input: gate.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    if (/"level":"(?:error|fatal)"/.test(line)) alarms.push(line);
  });
  const figures = { connections: 0, answered: 0, accepted: 0 };

  const attack = async (dice: Dice, untilMs: number): Promise<void> => {
    // Where much else runs, ten seconds may be few answers.
    while (performance.now() < untilMs || figures.answered <= leastAnswered) {
      figures.connections += 1;
      const answers = await converse(places.port, dice);
      figures.answered += answers.length;
      figures.accepted += answers.filter((status) => status === 200).length;
    }
  };
  const fuzzFor = (ms: number, round: number) =>
    Promise.all(
      Array.from({ length: attackers }, (_, index) =>
        attack(createDice(seed + round * 1000 + index), performance.now() + ms),
      ),
    );
  await fuzzFor(fuzzMs / 4, 0);
  const warmMiB = residentMiB(gate.pid);
  await fuzzFor((fuzzMs * 3) / 4, 1);
  const grownMiB = residentMiB(gate.pid) - warmMiB;

  const last = signedEvent(name, { reference: 'after the fuzz' });
  const answer = await postEvent(`http://127.0.0.1:${places.port}/webhooks/juicyway`, last);
  const forged = application.events.filter(({ url, body }) => !isGenuine(url, body, last));
  const note = `FUZZ_SEED=${seed}`;
  console.log(JSON.stringify({ seed, ...figures, reached: application.events.length, grownMiB }));
  expect([gate.exitCode, gate.signalCode], note).toEqual([null, null]);
  expect(alarms, note).toEqual([]);
  expect(answer.status, note).toBe(200);
  expect(
    forged.map(({ url, body }) => `${url} ${body}`),
    note,
  ).toEqual([]);
  expect(grownMiB, note).toBeLessThan(maxGrowthMiB);
  // It reached the gates at all: some were refused with an answer, and some mutations left an event as it was.
  expect(figures.answered, note).toBeGreaterThan(leastAnswered);
  expect(application.events.length, note).toBeGreaterThan(1);
}, 300_000);

/** Sends one connection's worth of trouble; the final statuses that came back. */
function converse(port: number, dice: Dice): Promise<number[]> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = '';
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve([...received.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map((match) => Number(match[1])));
    });
    const bytes = trouble(dice);
    const cut = dice.below(4) === 0 ? dice.below(bytes.length + 1) : bytes.length;
    socket.write(bytes.subarray(0, cut));
    switch (dice.below(4)) {
      case 0:
        setImmediate(() => socket.resetAndDestroy());
        break;
      case 1:
        socket.end(bytes.subarray(cut));
        break;
      case 2:
        setTimeout(() => socket.writable && socket.write(bytes.subarray(cut)), dice.below(30));
    }
  });
}

function trouble(dice: Dice): Buffer {
  switch (dice.below(8)) {
    case 0:
      return dice.bytes(1 + dice.below(4000));
    case 1:
      return Buffer.concat([
        Buffer.from('POST /webhooks/juicyway HTTP/1.1\r\n'),
        dice.bytes(dice.below(500)),
      ]);
    case 2:
      return Buffer.concat(Array.from({ length: 2 + dice.below(20) }, () => request(dice)));
    case 3:
      return Buffer.concat([request(dice), mutated(request(dice), dice), request(dice)]);
    default:
      return mutated(request(dice), dice);
  }
}

function request(dice: Dice): Buffer {
  const body = dice.pick(genuineBodies);
  const lines = ['POST /webhooks/juicyway HTTP/1.1', 'Host: gate.test', 'Content-Type: application/json'];
  if (dice.below(3) > 0) {
    return Buffer.concat([
      Buffer.from([...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n')),
      body,
    ]);
  }
  const at = dice.below(body.length - 1) + 1;
  const chunks = [body.subarray(0, at), body.subarray(at)].flatMap((part) =>
    part.length === 0 ? [] : [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')],
  );
  const head = Buffer.from([...lines, 'Transfer-Encoding: chunked', '', ''].join('\r\n'));
  return Buffer.concat([head, ...chunks, Buffer.from('0\r\n\r\n')]);
}

function mutated(bytes: Buffer, dice: Dice): Buffer {
  let result = Buffer.from(bytes);
  for (let count = 1 + dice.below(4); count > 0; count--) {
    const at = dice.below(result.length);
    const length = dice.below(Math.min(40, result.length - at));
    const [before, middle, after] = [
      result.subarray(0, at),
      result.subarray(at, at + length),
      result.subarray(at + length),
    ];
    switch (dice.below(5)) {
      case 0:
        result = Buffer.concat([before, Buffer.of(dice.below(256)), result.subarray(at + 1)]);
        break;
      case 1:
        result = Buffer.concat([before, after]);
        break;
      case 2:
        result = Buffer.concat([before, middle, middle, after]);
        break;
      case 3:
        result = Buffer.concat([before, Buffer.from(dice.pick(morsels), 'latin1'), result.subarray(at)]);
        break;
      default:
        result = Buffer.concat([before, dice.bytes(length), after]);
    }
  }
  return result;
}

/** Read by another parser than the gate's: event and data are those of an event that was signed. */
function isGenuine(url: string, body: Buffer, last: Buffer): boolean {
  if (url.split('?')[0] !== '/webhooks/juicyway') return false;
  const { event, data } = JSON.parse(body.toString()) as { event: unknown; data: unknown };
  return [...genuineBodies, last].some((signed) => {
    const other = JSON.parse(signed.toString()) as { event: unknown; data: unknown };
    return event === other.event && isDeepStrictEqual(data, other.data);
  });
}

function residentMiB(pid: number | undefined): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1]) / 1024);
}
