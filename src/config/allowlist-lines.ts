/** An entry as it was written, with its place (from 1). */
export interface WrittenEntry {
  /** Its number in the list, from 0. */
  readonly index: number;
  readonly address: string;
  readonly note: string | undefined;
  readonly line: number;
  readonly column: number;
}

/**
 * Takes an allowlist apart line by line when it is laid out as usual: `addresses:`, then one entry a line, plain, in
 * quotes, or `{ address: A, note: N }` with a plain note. Ends with 'unusual' at any other layout, which the
 * YAML parser must judge; what was handed out before is then void. Within this layout both read the same (a
 * test holds them against each other).
 */
export function* usualEntries(text: string): Generator<WrittenEntry | 'unusual'> {
  let lineNumber = 0;
  let indent: string | undefined;
  let seenHeader = false;
  let entries = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const raw = text.slice(start, end);
    const line = newline !== -1 && raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    start = end + 1;
    lineNumber++;
    if (!seenHeader && header.test(line)) {
      seenHeader = true;
      continue;
    }
    const match = plain.exec(line) ?? quoted.exec(line) ?? noted.exec(line);
    if (match === null) {
      if (blank.test(line)) continue;
      yield 'unusual';
      return;
    }
    const [, lead = ''] = match;
    indent ??= lead;
    const address = match[2] ?? match[3] ?? '';
    if (!seenHeader || lead !== indent) {
      yield 'unusual';
      return;
    }
    const flow = line.charAt(lead.length + 2) === '{';
    const column = (flow ? line.indexOf('address:') + 'address:'.length + 1 : lead.length + 2) + 1;
    yield { index: entries++, address, note: match[4], line: lineNumber, column };
  }
  if (entries === 0) yield 'unusual';
}

const blank = /^ *(?:#.*)?$/;
const header = /^addresses: *(?: #.*)?$/;
const quoted = /^( *)- (?:"([^"\\]*)"|'([^']*)') *(?: #.*)?$/;
/** No colon at either end: there YAML reads a mapping. */
const plain = /^( *)- ([0-9A-Fa-f.](?:[0-9A-Fa-f.:/]*[0-9A-Fa-f./])?) *(?: #.*)?$/;
const noted =
  /^( *)- \{ *address: (?:"([^"\\]*)"|([0-9A-Fa-f.](?:[0-9A-Fa-f.:/]*[0-9A-Fa-f./])?)) *(?:, *note: ([A-Za-z0-9](?:[A-Za-z0-9 ._/()@-]*[A-Za-z0-9.)])?) *)?\} *(?: #.*)?$/;
