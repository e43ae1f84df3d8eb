import { COMMA, OPEN_OBJECT, SPACE } from '../json/ascii.ts';
import type { Envelope } from './envelope.ts';

/**
 * The body without the top-level members that the checksum does not cover: whoever relays a genuine event could
 * have added them. All else stays byte for byte; without such members it is the same Buffer.
 */
export function withoutUnsigned(envelope: Envelope): Buffer {
  const { body, unsigned } = envelope;
  if (unsigned.length === 0) return body;

  const kept: Buffer[] = [];
  let keptUntil = 0;
  // Members at the front go with the comma after them, the others with the comma before them.
  let firstMember = skipWhitespace(body, body.indexOf(OPEN_OBJECT) + 1);
  for (const member of unsigned) {
    if (member.start === firstMember) {
      kept.push(body.subarray(keptUntil, member.start));
      // There is a comma: event and data are still to come.
      firstMember = skipWhitespace(body, skipWhitespace(body, member.end) + 1);
      keptUntil = firstMember;
    } else {
      kept.push(body.subarray(keptUntil, body.lastIndexOf(COMMA, member.start)));
      keptUntil = member.end;
    }
  }
  kept.push(body.subarray(keptUntil));
  return Buffer.concat(kept);
}

function skipWhitespace(body: Buffer, at: number): number {
  let next = at;
  while ((body[next] as number) <= SPACE) next++;
  return next;
}
