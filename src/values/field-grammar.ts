/**
 * The parts of a field's value between separators that stand outside quoted strings (RFC 9110 section 5.6), without the
 * blanks around them; empty parts are kept. Undefined where a quoted string does not end.
 */
export function partsOf(value: string, separator: ',' | ';'): string[] | undefined {
  const parts: string[] = [];
  let begin = 0;
  let isQuoted = false;
  for (let index = 0; index < value.length; index++) {
    const character = value[index];
    if (isQuoted && character === '\\') index += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(withoutBlanks(value.slice(begin, index)));
      begin = index + 1;
    }
  }
  if (isQuoted) return undefined;
  parts.push(withoutBlanks(value.slice(begin)));
  return parts;
}

/** The elements of a list: empty ones are legal and mean nothing (section 5.6.1.2). None where it cannot be read. */
export function elementsOf(value: string): string[] {
  return (partsOf(value, ',') ?? [value]).filter((element) => element !== '');
}

/**
 * Space and tab are the only blanks of the grammar; `trim` also takes away what is none (section 5.6.3). No regular
 * expression, since anybody may send 16 KiB of blanks.
 */
export function withoutBlanks(text: string): string {
  let begin = 0;
  let end = text.length;
  while (begin < end && isBlank(text.charCodeAt(begin))) begin += 1;
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(begin, end);
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
