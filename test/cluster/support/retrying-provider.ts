/** A sender that sends each event until it is accepted, as the provider does, only sooner. */
import { type ScriptInSender, startInSender } from './script-in-sender.ts';

export interface SenderReport {
  /** References of events that were sent, and of those that were answered 200. */
  readonly sent: readonly string[];
  readonly accepted: readonly string[];
  /** Attempts by what came of them: a status or an error's code. */
  readonly attempts: Record<string, number>;
  /** Longest time without an accepted event, in ms, while events were sent. */
  readonly gapMs: number;
}

/** At most 25 events a second and at least 20 events, every attempt on a connection of its own, again half a second after a failure. */
const script = `
  import { createHmac } from 'node:crypto';
  import { existsSync, rmSync } from 'node:fs';
  import { request } from 'node:http';
  import { setTimeout as wait } from 'node:timers/promises';
  const [url, prefix, stop] = process.argv.slice(1);
  const sent = [], accepted = [], attempts = {};
  const body = (reference) => {
    const data = JSON.stringify({ amount: 1000, reference });
    const event = 'payment.session.succeeded';
    const checksum = createHmac('sha256', 'business-one').update(event + '|' + data).digest('hex').toUpperCase();
    return '{"checksum":"' + checksum + '","data":' + data + ',"event":"' + event + '"}';
  };
  const attempt = (text) => new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asked = request(url, { method: 'POST', agent: false, headers, timeout: 30_000 }, (answer) =>
      answer.resume().on('end', () => resolve(answer.statusCode)).on('error', (error) => resolve(error.code)));
    asked.on('timeout', () => asked.destroy(Object.assign(new Error(), { code: 'no answer' })));
    asked.on('error', (error) => resolve(error.code));
    asked.end(text);
  });
  let last = Date.now(), gapMs = 0, giveUp = Infinity;
  const deliver = async (reference) => {
    sent.push(reference);
    while (Date.now() < giveUp) {
      const came = await attempt(body(reference));
      attempts[came] = (attempts[came] ?? 0) + 1;
      if (came === 200) {
        gapMs = Math.max(gapMs, Date.now() - last);
        last = Date.now();
        return accepted.push(reference);
      }
      await wait(500);
    }
  };
  const open = [];
  while (open.length < 20 || !existsSync(stop)) { open.push(deliver(prefix + open.length)); await wait(40); }
  rmSync(stop);
  giveUp = Date.now() + 120_000;
  await Promise.all(open);
  process.stdout.write(JSON.stringify({ sent, accepted, attempts, gapMs }));
`;

/**
 * Sends from the pod `sender` to `url`, with references that begin with `prefix`. Told to finish, it starts no further
 * event, and tries the open ones until they are accepted or two minutes have passed.
 */
export function startProvider(namespace: string, url: string, prefix: string): ScriptInSender<SenderReport> {
  return startInSender(namespace, script, [url, prefix]);
}
