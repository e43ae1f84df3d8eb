import { readInputFile } from '../config/input-file.ts';
import { readKey } from '../config/key-source.ts';
import { signEvent } from '../envelope/sign.ts';
import { deliverAll, type Parcel } from '../sender/deliver.ts';
import { type Attempt, createPoster } from '../sender/post.ts';
import { referenceOf, sampleDataJson, withFreshReference } from '../sender/sample-event.ts';
import { describeOutcome, type Summary, Tally } from '../sender/tally.ts';
import { tamper } from '../sender/tamper.ts';
import type { SendOptions } from './send-options.ts';

/** Sends as `options` say and returns the exit status. `stop` ends it early, with the summary of what was sent. */
export async function runSend(
  options: SendOptions,
  out: { write(text: string): unknown },
  stop: AbortSignal,
): Promise<number> {
  const secret = readKey(options, process.env);
  const poster = createPoster({
    url: options.url,
    headers: options.header,
    caPem: options.caFile === undefined ? undefined : readInputFile(options.caFile).toString(),
    timeoutMs: options.timeout,
    connections: options.concurrency,
  });
  const tally = new Tally(options.times * options.repeat);
  try {
    const manner = { ...options, rate: options.rate, retryIntervalMs: options.retryInterval };
    await deliverAll(pack(options, secret), poster, manner, stop, (parcel, attempt) => {
      tally.add(attempt);
      if (options.quiet !== true) out.write(`${attemptLine(parcel, attempt, options.json === true)}\n`);
    });
  } finally {
    await poster.close();
  }
  const summary = tally.summary();
  out.write(`${options.json === true ? JSON.stringify({ summary }) : summaryText(summary)}\n`);
  return summary.undelivered === 0 ? 0 : 1;
}

/** Signs when the event's turn comes, so that a long run needs no memory for bodies not yet sent. */
function* pack(options: SendOptions, secret: Buffer): Generator<Parcel> {
  const { event, encoding } = options;
  let number = 0;
  for (let time = 0; time < options.times; time += 1) {
    const dataJson = dataFor(options);
    const genuine = signEvent({ event, dataJson, secret, encoding });
    const body =
      options.tamper === undefined ? genuine : tamper(options.tamper, { body: genuine, event, dataJson });
    const reference = referenceOf(dataJson);
    for (let repeat = 0; repeat < options.repeat; repeat += 1) {
      number += 1;
      yield { number, event, reference, body };
    }
  }
}

function dataFor(options: SendOptions): string {
  if (options.data === undefined) return sampleDataJson();
  return options.times === 1 ? options.data : withFreshReference(options.data);
}

function attemptLine(parcel: Parcel, attempt: Attempt, json: boolean): string {
  const { number, event, reference } = parcel;
  if (json) return JSON.stringify({ number, event, reference, ...attempt });
  const name = reference === undefined ? event : `${event} ${reference}`;
  return `${number}  ${name}  ${describeOutcome(attempt)}  ${attempt.latencyMs.toFixed(1)} ms`;
}

function summaryText(summary: Summary): string {
  const others = Object.entries(summary.others).map(([kind, count]) => `${count} × ${kind}`);
  return [
    `sent ${summary.sent}, answered 200: ${summary.answered200} (${summary.duplicates} of them duplicates)`,
    ...(others.length === 0 ? [] : [`otherwise: ${others.join(', ')}`]),
    ...(summary.undelivered === 0 ? [] : [`not delivered: ${summary.undelivered}`]),
    `latency p50 ${summary.latencyMs.p50} ms, p99 ${summary.latencyMs.p99} ms`,
  ].join('\n');
}
