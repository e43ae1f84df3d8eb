import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const names = [
  'Transfer-Encoding',
  'transfer-encoding',
  'TRANSFER-ENCODING',
  'Transfer_Encoding',
  'X-Transfer-Encoding',
];
const lengthNames = [
  'Content-Length',
  'content-length',
  'Content_Length',
  'Content-Length\t',
  'X-Content-Length',
];
const codings = [
  'chunked',
  'Chunked',
  'chunked ',
  'xchunked',
  'identity',
  'gzip, chunked',
  'chunked, identity',
  '',
];
const glue = [': ', ':', ' : ', ':\t', ': \x0b', ':\r\n ', ': \0', ':\x85', ': ,', ': "'];
const ends = ['\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n'];

const framing = fc.record({
  version: fc.constantFrom('1.1', '1.0'),
  lines: fc.array(
    fc.oneof(
      fc.tuple(fc.constantFrom(...names), fc.constantFrom(...glue), fc.constantFrom(...codings)),
      fc.tuple(
        fc.constantFrom(...lengthNames),
        fc.constantFrom(...glue),
        fc.constantFrom('0', '5', '6', '+6', '6, 6', '0x6'),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  end: fc.constantFrom(...ends),
});

/**
 * Where `/hidden` begins a request depends on how the framing is read. A head that is accepted must have one reading
 * that every conforming recipient shares; then `/hidden` is an honest pipelined request or part of the body.
 */
test('mutations of Transfer-Encoding and Content-Length are refused, or read as RFC 9112 says', async () => {
  let accepted = 0;
  const gate = await openTrafficPort({
    limits: { linger: { maxBytes: 65_536, timeMs: 20 }, headerTimeMs: 200 },
  });

  await fc.assert(
    fc.asyncProperty(framing, async ({ version, lines, end }) => {
      gate.judged.length = 0;
      gate.bodies.length = 0;
      const head = [`POST /hook HTTP/${version}`, 'Host: gate.test', ...lines.map((line) => line.join(''))];
      const client = await openRaw(gate.port);
      client.send(
        `${head.join(end)}${end}${end}0\r\n\r\nPOST /hidden HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 0\r\n\r\n`,
      );
      client.socket.end();
      await client.closing();

      const second = gate.judged.filter((delivery) => delivery.head.target === '/hidden').length;
      const legal = isPlain(lines, version, end);
      if (second > 0 || gate.bodies.length > 0) expect(legal, JSON.stringify(head)).toBe(true);
      expect(second).toBeLessThanOrEqual(1);
      if (gate.bodies.length > 0) accepted++;
    }),
    { numRuns: 1500 },
  );
  expect(gate.faults).toEqual([]);
  expect(accepted, 'the honest ones get through').toBeGreaterThan(20);
});

/** An honest head: at most one of the two framings, in plain form; names that only resemble them do not count. */
function isPlain(lines: readonly (readonly string[])[], version: string, end: string): boolean {
  if (end !== '\r\n') return false;
  if (lines.some(([name = '']) => name.includes('_') || name.endsWith('\t'))) return false;
  const real = lines.filter(([name = '']) => !name.startsWith('X-'));
  if (lines.some(([, by = '']) => !plainGlue.includes(by) && !harmlessInAValue.includes(by))) return false;
  if (real.length > 1) return false;
  const [only] = real;
  if (only === undefined) return true;
  const [name = '', by = '', value = ''] = only;
  if (!plainGlue.includes(by)) return false;
  if (name.toLowerCase() === 'transfer-encoding')
    return version === '1.1' && value.trim().toLowerCase() === 'chunked';
  return /^\d+$/.test(value);
}

const plainGlue = [':', ': ', ':\t'];
/** Bytes that a value may hold, in a header that means nothing to the framing. */
const harmlessInAValue = [': ,', ': "', ':\x85'];
