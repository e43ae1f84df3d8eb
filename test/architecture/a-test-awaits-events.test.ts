import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Who may wait for the wall clock, and why there is no event to wait for. */
const exceptions: Readonly<Record<string, string>> = {
  'app/a-stop-records-what-is-accepted-after-its-sender-left.test.ts': 'a store that takes its time',
  'forward/an-event-is-never-sent-twice.test.ts': 'races the idle clock of an application in another process',
  'gate/a-gate-killed-while-it-sweeps-loses-nothing.test.ts': 'the moment of the kill is drawn by lot',
  'gate/no-signal-is-lost.test.ts': 'the moment of the signal is what is tried',
  'gate/random-bytes-never-end-the-gate.test.ts': 'a sender that pauses, and one that gives up',
  'stores/redis-keeps-the-contract.test.ts': 'Redis has a clock of its own, which nobody can step',
  'support/fickle-application.ts': 'an application that is away for a while',
  'support/haproxy.ts': 'asks until another program listens',
  'support/impatient-application-process.ts': 'an application with an idle limit',
  'support/live-keys.ts': 'what must go on is watched for a while, since nothing tells that it does',
  'support/load-with-retries.ts': 'a sender that tries again later',
  'support/network.ts': 'a network with a delay',
  'support/nginx.ts': 'asks until another program listens',
  'support/signalled-starts.ts': 'the moment of the signal is what is tried',
  'support/starts-by-tens.ts': 'gives a start up that does not end',
  'support/until.ts': 'asks again where nobody tells',
};

/** Faults and the cluster have real processes, whose time nobody can step. What stands below is text. */
const elsewhere = /^(?:cluster|faults|architecture)\//;

/** A wait by the name under which `node:timers/promises` is imported, or by the callback's own. */
function waitsIn(text: string): number {
  const promised = /import \{ setTimeout(?: as (\w+))? \} from 'node:timers\/promises'/.exec(text);
  const names = ['setTimeout', ...(promised?.[1] === undefined ? [] : [promised[1]])];
  return [...text.matchAll(new RegExp(`(?<![.\\w'])(?:${names.join('|')})\\(`, 'g'))].length;
}

const waiting = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !elsewhere.test(file))
  .filter((file) => waitsIn(readFileSync(`test/${file}`, 'utf8')) > 0);

test('no test waits for the wall clock but those that say why', () => {
  expect(waiting.sort()).toEqual(Object.keys(exceptions).sort());
});

test.for([
  ["import { setTimeout as sleep } from 'node:timers/promises';\nawait sleep(20);", 1],
  ['await new Promise((resolve) => setTimeout(resolve, 5));', 1],
  ["vi.useFakeTimers({ toFake: ['setTimeout'] });\nsocket.setTimeout(5);", 0],
] as const)('and this would be seen, or not: %s', ([text, count]) => {
  expect(waitsIn(text)).toBe(count);
});
