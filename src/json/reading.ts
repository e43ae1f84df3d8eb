/** How far one body was read and what was noticed on the way; shared by the parts of the scanner. */
export class Reading {
  readonly body: Buffer;
  /** Whether whitespace was skipped since this was last set. */
  sawWhitespace = false;
  /** Whether the string read last holds an escape. */
  sawEscape = false;
  /** What ended the scan; never quotes the body. */
  problem = '';
  problemOffset = 0;
  #view: DataView | undefined;

  constructor(body: Buffer) {
    this.body = body;
  }

  /** The body, to be read several bytes at once; made for the first string that wants it. */
  view(): DataView {
    const { body } = this;
    this.#view ??= new DataView(body.buffer, body.byteOffset, body.length);
    return this.#view;
  }

  /** Notes why the scan ends; the value is what scanning functions return instead of a position. */
  fail(problem: string, offset: number): -1 {
    this.problem = problem;
    this.problemOffset = offset;
    return -1;
  }

  /** Position of the first byte from `at` on that is not whitespace (RFC 8259 section 2). */
  skipWhitespace(at: number): number {
    const { body } = this;
    const end = body.length;
    let next = at;
    while (next < end) {
      const byte = body[next] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      next++;
    }
    if (next !== at) this.sawWhitespace = true;
    return next;
  }
}
