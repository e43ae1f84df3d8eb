/** A caller that never tries again after an answer: what it counts as failed, somebody's request was. */
import { type ScriptInSender, startInSender } from './script-in-sender.ts';

export interface CallerReport {
  readonly sent: number;
  /** Answers 200. */
  readonly good: number;
  /** What came instead, by kind of call and status or error. */
  readonly failed: Record<string, number>;
  /** Pages sent again because the kept connection of the first attempt had just been closed. */
  readonly resent: number;
  /** References of the events that were answered 200. */
  readonly accepted: readonly string[];
  /** Longest time without a good answer, in ms. */
  readonly gapMs: number;
}

/**
 * By turns: an event on a connection of its own, a page on one of its own, two pages on eight that are kept. And twice a
 * second a page on one of eight that rest for four seconds each, as those of an Ingress controller do. A connection that
 * rests may be closed while a request is on its way; clients that reuse connections send that one again
 * (RFC 9112 section 9.3.1), so this one does, once.
 */
const script = `
  import { createHmac } from 'node:crypto';
  import { existsSync, rmSync } from 'node:fs';
  import { Agent, request } from 'node:http';
  import { setTimeout as wait } from 'node:timers/promises';
  const [base, prefix, stop, rate] = process.argv.slice(1);
  const kept = new Agent({ keepAlive: true, maxSockets: 8 });
  const resting = Array.from({ length: 8 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const failed = {}, accepted = [];
  let sent = 0, good = 0, resent = 0, last = Date.now(), gapMs = 0;
  const call = (kind, path, options, body, reference) => new Promise((resolve) => {
    const came = (what) => {
      if (what === 200) {
        good += 1;
        gapMs = Math.max(gapMs, Date.now() - last);
        last = Date.now();
        if (reference !== undefined) accepted.push(reference);
      } else failed[kind + ' ' + what] = (failed[kind + ' ' + what] ?? 0) + 1;
      resolve();
    };
    sent += 1;
    const asked = request(base + path, { ...options, timeout: 30_000 }, (answer) =>
      answer.resume().on('end', () => came(answer.statusCode)).on('error', (error) => came(error.code)));
    asked.on('timeout', () => asked.destroy(Object.assign(new Error(), { code: 'no answer' })));
    asked.on('error', (error) => {
      if (!asked.reusedSocket || error.code !== 'ECONNRESET') return came(error.code);
      sent -= 1;
      resent += 1;
      call(kind, path, { agent: false }).then(resolve);
    });
    asked.end(body);
  });
  const event = (number) => {
    const reference = prefix + number;
    const data = JSON.stringify({ amount: 1000, reference });
    const name = 'payment.session.succeeded';
    const checksum = createHmac('sha256', 'business-one').update(name + '|' + data).digest('hex').toUpperCase();
    const body = '{"checksum":"' + checksum + '","data":' + data + ',"event":"' + name + '"}';
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return call('event', '/webhooks/juicyway', { method: 'POST', agent: false, headers }, body, reference);
  };
  const kinds = [
    event,
    () => call('page', '/page', { agent: false }),
    () => call('page on a kept connection', '/page', { agent: kept }),
    () => call('page on a kept connection', '/page', { agent: kept }),
  ];
  const rested = (number) => call('page on a resting connection', '/page', { agent: resting[Math.floor(number / 75) % resting.length] });
  const open = new Set();
  const begun = Date.now();
  for (let number = 0; !existsSync(stop); ) {
    // Behind time after a pause of this machine: several at once, but never a flood.
    const due = Math.min(number + 20, (Date.now() - begun) / 1000 * Number(rate));
    for (; number < due; number++) {
      const kind = number % 75 === 1 ? rested : kinds[number % kinds.length];
      const one = kind(number).finally(() => open.delete(one));
      open.add(one);
    }
    await wait(5);
  }
  rmSync(stop);
  await Promise.all(open);
  process.stdout.write(JSON.stringify({ sent, good, resent, failed, accepted, gapMs }));
`;

/** Calls `base` from the pod `sender`, `rate` times a second; the references of events begin with `prefix`. */
export function startCaller(
  namespace: string,
  base: string,
  prefix: string,
  rate: number,
): ScriptInSender<CallerReport> {
  return startInSender(namespace, script, [base, prefix, String(rate)]);
}
