import { endToEndHeaders } from './hop-by-hop.ts';

/** End-to-end fields, with the gate's request id in place of any other. Names and values alternating. */
export function passedFields(rawHeaders: readonly string[], requestId: string): string[] {
  const fields = endToEndHeaders(rawHeaders);
  const passed: string[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] as string;
    if (!isGatesOwn(name.toLowerCase())) passed.push(name, fields[index + 1] as string);
  }
  passed.push('X-Request-Id', requestId);
  return passed;
}

function isGatesOwn(name: string): boolean {
  return name === 'x-request-id' || name.startsWith('hookgate-');
}
