import { PassThrough } from '../delivery/answer.ts';
import type { Delivery, RequestHead } from '../delivery/delivery.ts';
import { probeHeader, probeValue } from '../delivery/probe-header.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import type { JudgePath } from '../gates/path.ts';

/**
 * Answers `hookgate prove`, which asks whether a gate stands where a Service leads: a POST to a webhook's path without a
 * body is no event under any scheme, and an application does not give the random word back.
 *
 * It is asked before the address gate, since whoever proves a way is not on the allowlist; and it tells nothing that a
 * GET of the same path would not (405 from any address): neither who is listed nor whether the gate could deliver. What
 * is more than a probe, such as one with a body, goes the way of every delivery.
 */
export function answerProbe({ head }: Delivery, judgePath: JudgePath): Rejection | undefined {
  const value = probeOf(head);
  if (value === undefined) return undefined;
  const verdict = judgePath(head.target);
  if (verdict instanceof Rejection || verdict instanceof PassThrough) return undefined;
  return reject('unsupported_media_type', 'a probe', { [probeHeader]: value });
}

const lowerCaseName = probeHeader.toLowerCase();

/** The random word of a probe; undefined for every other request. Costs one look at the length of each name. */
function probeOf({ method, rawHeaders }: RequestHead): string | undefined {
  if (method !== 'POST') return undefined;
  let value: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length !== 14 || name.toLowerCase() !== lowerCaseName) continue;
    if (value !== undefined) return undefined;
    value = rawHeaders[index + 1] ?? '';
  }
  return value !== undefined && probeValue.test(value) && !hasBody(rawHeaders) ? value : undefined;
}

function hasBody(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some((name, index) => {
    if (index % 2 === 1) return false;
    const lower = name.toLowerCase();
    return lower === 'transfer-encoding' || (lower === 'content-length' && rawHeaders[index + 1] !== '0');
  });
}
