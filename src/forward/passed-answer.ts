import { endToEndHeaders } from './hop-by-hop.ts';

/**
 * End-to-end fields of an answer, with the gate's request id in place of any other. Names and values alternating. Of an
 * answer that never has content a Content-Length says nothing, and may not be sent (RFC 9110 section 8.6); that of a 304
 * is what the content would have been.
 */
export function passedFields(status: number, rawHeaders: readonly string[], requestId: string): string[] {
  const hasNoLength = status < 200 || status === 204;
  const fields = endToEndHeaders(rawHeaders);
  const passed: string[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] as string;
    const lower = name.toLowerCase();
    if (isGatesOwn(lower) || (hasNoLength && lower === 'content-length')) continue;
    passed.push(name, fields[index + 1] as string);
  }
  passed.push('X-Request-Id', requestId);
  return passed;
}

function isGatesOwn(name: string): boolean {
  return name === 'x-request-id' || name.startsWith('hookgate-');
}
