import { endsWithHead } from '../delivery/answer.ts';
import { AnswerFault, type AnswerHead } from './answer-head.ts';

/** Finds the end of an answer's body. `take` gives its content to `onContent`, and what came behind the end back. */
export interface AnswerBody {
  /** Undefined until the body is whole. Throws an AnswerFault. */
  take(chunk: Buffer, onContent: (content: Buffer) => void): Buffer | undefined;
  /** Whether the end of the connection is the end of the body (RFC 9112 section 6.3, rule 8). */
  readonly endsWithConnection: boolean;
  /**
   * The head describes content that must not follow it (RFC 9110 section 6.4.1). Who sends it all the same sends it a
   * moment later, in the place of the next answer.
   */
  readonly isWithheld: boolean;
}

/** By RFC 9112 section 6.3; what could be read in two ways is refused. */
export function bodyOf({ status, headers, minorVersion }: AnswerHead, method = 'POST'): AnswerBody {
  let length: string | undefined;
  let coding: string | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1] as string;
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (length !== undefined || !plainNumber.test(value))
        throw new AnswerFault('a Content-Length that is no number, or a second one');
      length = value;
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      if (coding !== undefined || value.toLowerCase() !== 'chunked')
        throw new AnswerFault(`Transfer-Encoding: ${value}, only chunked is read`);
      coding = value;
    }
  }
  if (coding !== undefined && (length !== undefined || minorVersion === 0))
    throw new AnswerFault('Transfer-Encoding beside Content-Length, or on HTTP/1.0');
  if (endsWithHead(status) || method === 'HEAD')
    return new SizedBody(0, coding !== undefined || Number(length ?? 0) > 0);
  if (coding !== undefined) return new ChunkedBody();
  return length === undefined ? untilClose : new SizedBody(Number(length));
}

const plainNumber = /^\d{1,15}$/;

const nothing = Buffer.alloc(0);

class SizedBody implements AnswerBody {
  readonly endsWithConnection = false;
  readonly isWithheld: boolean;
  #left: number;
  constructor(bytes: number, isWithheld = false) {
    this.#left = bytes;
    this.isWithheld = isWithheld;
  }

  take(chunk: Buffer, onContent: (content: Buffer) => void): Buffer | undefined {
    const content = chunk.length <= this.#left ? chunk : chunk.subarray(0, this.#left);
    this.#left -= content.length;
    if (content.length > 0) onContent(content);
    if (this.#left > 0) return undefined;
    return content === chunk ? nothing : chunk.subarray(content.length);
  }
}

const untilClose: AnswerBody = {
  endsWithConnection: true,
  isWithheld: false,
  take(chunk, onContent) {
    if (chunk.length > 0) onContent(chunk);
    return undefined;
  },
};

/** RFC 9112 section 7.1. Extensions and trailers are read and forgotten. */
class ChunkedBody implements AnswerBody {
  readonly endsWithConnection = false;
  readonly isWithheld = false;
  /** Content that is left of this chunk; -1 within its line, -2 within the line end behind its content, -3 in trailers. */
  #state = -1;
  #line = '';
  #lineBytes = 0;

  take(chunk: Buffer, onContent: (content: Buffer) => void): Buffer | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state > 0) {
        const content = chunk.subarray(at, at + this.#state);
        onContent(content);
        at += content.length;
        this.#state -= content.length;
        if (this.#state === 0) this.#state = -2;
        continue;
      }
      const end = chunk.indexOf(lineFeed, at);
      const stop = end === -1 ? chunk.length : end + 1;
      this.#line += chunk.toString('latin1', at, stop);
      this.#lineBytes += stop - at;
      if (this.#lineBytes > maxLineBytes) throw new AnswerFault('a chunk with too long a line, or trailers');
      at = stop;
      if (end !== -1 && this.#takeLine()) return at === chunk.length ? nothing : chunk.subarray(at);
    }
    return undefined;
  }

  /** Whether it was the last line of the body. */
  #takeLine(): boolean {
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) throw new AnswerFault('a line without its carriage return among the chunks');
    if (this.#state === -3) return line === '\r\n';
    this.#lineBytes = 0;
    if (this.#state === -2) {
      if (line !== '\r\n') throw new AnswerFault('a chunk that is longer than it says');
      this.#state = -1;
      return false;
    }
    const size = chunkSize.exec(line)?.[1];
    if (size === undefined) throw new AnswerFault('a chunk size that is no number');
    const bytes = Number.parseInt(size, 16);
    this.#state = bytes === 0 ? -3 : bytes;
    return false;
  }
}

const lineFeed = 0x0a;
/** Of one chunk's line, or of all trailers together. */
const maxLineBytes = 16_384;
/** Some servers write every size with as many zeros as it has room for. */
const chunkSize = /^0*([0-9A-Fa-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/;
