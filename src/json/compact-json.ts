import { afterString } from './after-string.ts';
import { QUOTE, SPACE } from './ascii.ts';
import type { Span } from './span.ts';

/** Writes an accepted value without insignificant whitespace; strings and numbers stay as they are written. */
export function compactJson(body: Buffer, { start, end }: Span): Buffer {
  const out = Buffer.allocUnsafe(end - start);
  let length = 0;
  let at = start;
  while (at < end) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      const after = afterString(body, at);
      while (at < after) out[length++] = body[at++] as number;
    } else {
      if (byte > SPACE) out[length++] = byte;
      at++;
    }
  }
  return out.subarray(0, length);
}
