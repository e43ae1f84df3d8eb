import type { Scheme } from '../schemes/scheme.ts';
import { type SignedDelivery, signDelivery } from '../schemes/sign-delivery.ts';
import { playEvent } from '../sender/scheme-event.ts';
import { chosenWay } from './chosen-scheme.ts';
import type { SchemeOptions } from './scheme-options.ts';
import { readStandardInput } from './standard-input.ts';

interface SignBySchemeOptions extends SchemeOptions {
  readonly encoding?: string;
  readonly event?: string;
  readonly data?: string | undefined;
  /** Names and values alternating. */
  readonly header: readonly string[];
}

/**
 * What `sign` prints for a sender: its fields of the head, an empty line, and the body. A body from standard input is
 * signed as it is, byte by byte; where the signature stands in the body, the body alone is printed.
 */
export async function signByScheme(
  scheme: Scheme,
  options: SignBySchemeOptions,
  secret: Buffer,
): Promise<string> {
  const way = chosenWay(options);
  const nowMs = Date.now();
  let signed: SignedDelivery;
  if (options.data === undefined) {
    if (options.event !== undefined && scheme.event?.from.kind !== 'header')
      throw new Error(
        '--event needs --data, JSON or @file: a body from standard input names its event itself',
      );
    signed = signDelivery(scheme, await readStandardInput(), {
      secret,
      way,
      nowMs,
      event: options.event,
      id: `msg_${nowMs}`,
      fields: options.header,
      hexCase: scheme.signature.kind === 'member' ? 'upper' : 'lower',
    });
  } else {
    if (options.event === undefined) throw new Error('--data needs --event, the name of the event');
    const { event, data: dataJson, header: fields } = options;
    signed = playEvent(scheme, { event, dataJson, secret, way, nowMs, fields });
  }
  const { headers, body } = signed;
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${headers[index + 1]}\n`] : [],
  );
  return `${lines.join('')}${lines.length === 0 ? '' : '\n'}${body.toString('utf8')}${options.data === undefined && scheme.covers === 'body' ? '' : '\n'}`;
}
