import { readInputFile } from '../config/input-file.ts';
import { readKey } from '../config/key-source.ts';
import { isBundle } from '../config/tls-files.ts';
import type { Scheme } from '../schemes/scheme.ts';
import type { SignedDelivery } from '../schemes/sign-delivery.ts';
import { deliverAll, type Parcel } from '../sender/deliver.ts';
import { createPoster, type PostResult } from '../sender/post.ts';
import { referenceOf, sampleDataJson, withFreshReference } from '../sender/sample-event.ts';
import { type PlayedEvent, playEvent } from '../sender/scheme-event.ts';
import { describeOutcome, type Summary, Tally } from '../sender/tally.ts';
import { tamper } from '../sender/tamper.ts';
import { chosenScheme, chosenWay } from './chosen-scheme.ts';
import { readData, type SendOptions } from './send-options.ts';
import { readStandardInput } from './standard-input.ts';

/** Sends as `options` say and returns the exit status. `stop` ends it early, with the summary of what was sent. */
export async function runSend(
  given: SendOptions,
  out: { write(text: string): unknown },
  stop: AbortSignal,
): Promise<number> {
  const options = { ...given, data: await readData(given.data) };
  const secret = await readKey(options, process.env, readStandardInput);
  const scheme = chosenScheme(options, process.env);
  const poster = createPoster({
    url: options.url,
    headers: options.header,
    caPem: options.caFile === undefined ? undefined : await readAuthorities(options.caFile),
    timeoutMs: options.timeout,
    connections: options.concurrency,
  });
  const tally = new Tally(options.times * options.repeat);
  let tried: number;
  try {
    const manner = { ...options, rate: options.rate, retryIntervalMs: options.retryInterval };
    tried = await deliverAll(pack(options, scheme, secret), poster, manner, stop, (parcel, attempt) => {
      tally.add(attempt);
      if (options.quiet !== true) out.write(`${attemptLine(parcel, attempt, options.json === true)}\n`);
    });
  } finally {
    await poster.close();
  }
  const summary = tally.summary(tried);
  out.write(`${options.json === true ? JSON.stringify({ summary }) : summaryText(summary)}\n`);
  return summary.undelivered + summary.unsent === 0 ? 0 : 1;
}

/** PEM. @throws with a sentence: Node would take any text, and believe its own authorities by an empty one. */
async function readAuthorities(file: string): Promise<string> {
  const pem = await readInputFile(file);
  if (isBundle(pem)) return pem.toString();
  throw new Error(`${file}: found no certificate that can be read; expected certificates in PEM`);
}

/** Signs when the event's turn comes, so that a long run needs no memory for bodies not yet sent. */
function* pack(options: SendOptions, scheme: Scheme, secret: Buffer): Generator<Parcel> {
  const { event } = options;
  const way = chosenWay(options);
  let number = 0;
  for (let time = 0; time < options.times; time += 1) {
    const dataJson = dataFor(options);
    const genuine = played(scheme, {
      event,
      dataJson,
      secret,
      way,
      nowMs: Date.now(),
      fields: options.header,
    });
    const signed = options.tamper === undefined ? genuine : tamper(scheme, genuine, options.tamper);
    const body = signed.body.toString('utf8');
    const { headers } = signed;
    const reference = referenceOf(dataJson);
    for (let repeat = 0; repeat < options.repeat; repeat += 1) {
      number += 1;
      yield { number, event, reference, body, headers };
    }
  }
}

function played(scheme: Scheme, event: PlayedEvent): SignedDelivery {
  const { body, headers } = playEvent(scheme, event);
  // The given fields are put into the head by whoever posts.
  return { body, headers: headers.slice(event.fields?.length ?? 0) };
}

function dataFor(options: SendOptions): string {
  if (options.data === undefined) return sampleDataJson();
  return options.times === 1 ? options.data : withFreshReference(options.data);
}

function attemptLine(parcel: Parcel, attempt: PostResult, json: boolean): string {
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
    ...(summary.unsent === 0 ? [] : [`not sent: ${summary.unsent}`]),
    `latency p50 ${summary.latencyMs.p50} ms, p99 ${summary.latencyMs.p99} ms`,
  ].join('\n');
}
