import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { type Delivery, type Facts, noFacts } from '../../src/delivery/delivery.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { createLogOn } from '../../src/log/log.ts';
import { deliveryLine } from '../../src/pipeline/delivery-line.ts';

const hostile = 'a"b\\c\nd\u0000e\u2028f\ud800';

/** Everything that can be known. */
const allFacts = {
  route: 'juicyway',
  address: '203.0.113.7',
  hops: ['10.0.0.1', '203.0.113.7'],
  event: 'payment.session."succeeded"\\',
  keyName: 'primary',
  encoding: 'sorted' as const,
  duplicateKey: 'ab'.repeat(32),
  bodyBytes: 800,
  upstreamStatus: 201,
  upstreamMs: 12.34567,
  wouldReject: [{ code: 'address_not_allowed', detail: hostile }],
  warning: hostile,
};

test('a delivered event has every fact in its line', () => {
  const settlement = new Answer('forwarded', 200, []);
  expect(lineOf(allFacts, { settlement, outcome: 'forwarded', durationMs: 15.5, gateMs: 3.0004 })).toEqual({
    requestId: 'request-1',
    route: 'juicyway',
    outcome: 'forwarded',
    address: '203.0.113.7',
    hops: ['10.0.0.1', '203.0.113.7'],
    event: 'payment.session."succeeded"\\',
    key: 'primary',
    encoding: 'sorted',
    duplicateKey: 'ab'.repeat(32),
    bodyBytes: 800,
    upstreamStatus: 201,
    durationMs: 15.5,
    gateMs: 3,
    upstreamMs: 12.346,
    wouldReject: [{ code: 'address_not_allowed', detail: hostile }],
    warning: hostile,
    msg: 'delivery',
  });
});

test('a refused one has its reason, and nothing that is not known', () => {
  const settlement = reject('malformed_request', hostile);
  expect(lineOf({}, { settlement, outcome: 'rejected', durationMs: 1, gateMs: 1 })).toEqual({
    requestId: 'request-1',
    route: 'none',
    outcome: 'rejected',
    reason: 'malformed_request',
    detail: hostile,
    address: '::ffff:192.0.2.1',
    durationMs: 1,
    gateMs: 1,
    msg: 'delivery',
  });
});

test('docs/metrics-and-logs.md has each member of a line, and no other', () => {
  const page = readFileSync('docs/metrics-and-logs.md', 'utf8');
  const table = /<!-- members[\s\S]*?<!-- members end -->/.exec(page)?.[0] ?? '';
  const named = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
  const facts = { ...allFacts, eventIsSigned: false };
  const line = lineOf(facts, {
    settlement: reject('malformed_request', hostile),
    outcome: 'rejected',
    durationMs: 1,
    gateMs: 1,
  }) as object;
  expect(named.toSorted()).toEqual(['level', 'time', ...Object.keys(line)].toSorted());
});

test('the log writes it as one line with level and time, where the level is logged', () => {
  const written: string[] = [];
  const { log, writeLine } = createLogOn('info', (line) => written.push(line));
  writeLine('info', () => '"outcome":"forwarded"');
  log.level = 'warn';
  writeLine('info', () => '"outcome":"dropped"');
  writeLine('warn', () => '"outcome":"upstream_failed"');
  log.warn({ outcome: 'written by pino' });
  const lines = written.map((line) => JSON.parse(line));
  expect(written.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  expect(lines.map(({ outcome }) => outcome)).toEqual(['forwarded', 'upstream_failed', 'written by pino']);
  expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'warn']);
  for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
});

function lineOf(facts: Partial<Facts>, ending: Parameters<typeof deliveryLine>[1]): unknown {
  const delivery: Delivery = {
    requestId: 'request-1',
    arrivedAtMs: 0,
    head: { method: 'POST', target: '/', httpVersion: '1.1', rawHeaders: [], secure: false },
    peer: { address: '::ffff:192.0.2.1', proxied: undefined },
    readBody: () => Promise.resolve({ kind: 'aborted', readBytes: 0 }),
    facts: { ...noFacts(), ...facts },
  };
  const line = deliveryLine(delivery, ending);
  expect(line).not.toContain('\n');
  return JSON.parse(`{${line}}`);
}
