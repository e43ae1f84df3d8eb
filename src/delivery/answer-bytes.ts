/**
 * The head of an answer as bytes, for sockets that have no response of Node's: refusals of what could not be parsed, and
 * answers to upgrades. One byte a character, as fields come (RFC 9110 section 5.5), in the gate's own HTTP version.
 */
export function answerHeadBytes(status: number, reason: string, fields: readonly string[]): Buffer {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let index = 0; index < fields.length; index += 2) lines.push(`${fields[index]}: ${fields[index + 1]}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
