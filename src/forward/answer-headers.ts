import { endToEndHeaders } from './hop-by-hop.ts';

/**
 * The header fields of the application's answer that go on to the sender, names and values alternating: the
 * end-to-end ones as they came, Set-Cookie and all. The framing, X-Request-Id and `Hookgate-*` are the gate's to
 * write, so an application cannot pass an answer off as a suppressed repeat.
 *
 * `bodyDropped`: the body was too large to be passed on, so the fields that describe it are left out as well.
 */
export function answerHeaders(headers: readonly string[], bodyDropped = false): string[] {
  const kept = endToEndHeaders(headers);
  const passed: string[] = [];
  let dated = false;
  for (let index = 0; index + 1 < kept.length; index += 2) {
    const name = kept[index] as string;
    const lower = name.toLowerCase();
    if (lower === 'content-length' || lower === 'x-request-id' || lower.startsWith('hookgate-')) continue;
    if (bodyDropped && describesBody(lower)) continue;
    if (lower === 'date') {
      if (dated) continue;
      dated = true;
    }
    passed.push(name, kept[index + 1] as string);
  }
  return passed;
}

function describesBody(name: string): boolean {
  return name.startsWith('content-') || name === 'etag' || name === 'digest' || name === 'repr-digest';
}
