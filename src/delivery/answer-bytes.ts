import { STATUS_CODES } from 'node:http';

/**
 * The head of an answer as bytes, for sockets that have no response of Node's: refusals of what could not be parsed, and
 * answers to upgrades. Written as Node writes the others: one byte a character, as fields come (RFC 9110 section 5.5),
 * the gate's own HTTP version, the status's usual words unless others are given, and a Date where `fields` has none.
 * Names and values alternate.
 */
export function answerHeadBytes(
  status: number,
  fields: readonly string[],
  reason = STATUS_CODES[status] ?? 'unknown',
): Buffer {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  let isDated = false;
  for (let index = 0; index < fields.length; index += 2) {
    lines.push(`${fields[index]}: ${fields[index + 1]}`);
    isDated ||= fields[index]?.toLowerCase() === 'date';
  }
  if (!isDated) lines.push(`Date: ${new Date().toUTCString()}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
