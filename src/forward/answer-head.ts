import { withoutBlanks } from '../values/field-grammar.ts';
import { isFieldName, isFieldValue } from './hop-by-hop.ts';

/** Status line and fields of an application's answer. */
export interface AnswerHead {
  /** Of HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: number;
  readonly status: number;
  /** The words behind the status; may be empty. */
  readonly reason: string;
  /** Names and values alternating, as they came. */
  readonly headers: readonly string[];
}

/** What an application sent is no answer by RFC 9112; `message` says why. */
export class AnswerFault extends Error {
  override readonly name = 'AnswerFault';
  readonly code = 'HOOKGATE_BREACH';
}

/** Bytes of one head. */
const maxHeadBytes = 16_384;
/** Node drops further lines in silence, so an answer with more is refused, in the passthrough as well. */
const maxHeaderLines = 1_000;

/**
 * Reads bytes up to the end of a final head. Interim answers before it are taken and forgotten, asked for or not, and
 * however many there are (RFC 9110 section 15.2); they never decide anything.
 */
export class AnswerHeadReader {
  #pending: Buffer = nothing;

  /** The final head and what came behind it; undefined until it is whole. Throws an AnswerFault. */
  read(chunk: Buffer): { readonly head: AnswerHead; readonly rest: Buffer } | undefined {
    const searchFrom = Math.max(0, this.#pending.length - 3);
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (let end = bytes.indexOf(headEnd, searchFrom); end !== -1; end = bytes.indexOf(headEnd)) {
      if (end > maxHeadBytes) break;
      const head = parseHead(bytes.toString('latin1', 0, end));
      bytes = bytes.subarray(end + headEnd.length);
      if (head.status >= 200 || head.status === 101) {
        this.#pending = nothing;
        return { head, rest: bytes };
      }
    }
    if (bytes.length > maxHeadBytes) throw new AnswerFault(`a head of more than ${maxHeadBytes} bytes`);
    // Before the head is whole: a server of another protocol may send a greeting and then wait.
    const begin = bytes.toString('latin1', 0, beginOfHead.length);
    if (!beginOfHead.startsWith(begin)) throw new AnswerFault(noHttp(begin));
    const lineFeed = bytes.indexOf('\n');
    if (lineFeed !== -1 && bytes[lineFeed - 1] !== carriageReturn)
      throw new AnswerFault('a line without its carriage return');
    this.#pending = bytes;
    return undefined;
  }
}

const nothing = Buffer.alloc(0);
const headEnd = '\r\n\r\n';
const carriageReturn = 0x0d;
const beginOfHead = 'HTTP/1.';

/** RFC 9112 sections 4 and 5, without the leniencies: no folded lines, no blank before a colon, no bare line feeds. */
function parseHead(text: string): AnswerHead {
  const lineEnd = text.indexOf('\r\n');
  const first = lineEnd === -1 ? text : text.slice(0, lineEnd);
  const match = statusLine.exec(first);
  if (match === null) throw new AnswerFault(noHttp(first));
  const headers: string[] = [];
  for (let at = first.length + 2; at < text.length; ) {
    const next = text.indexOf('\r\n', at);
    const end = next === -1 ? text.length : next;
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon === -1 || colon > end ? end : colon);
    if (name.length === end - at || !isFieldName(name)) throw new AnswerFault('a header line without a name');
    const value = withoutBlanks(text.slice(colon + 1, end));
    if (!isFieldValue(value)) throw new AnswerFault(`the value of the header ${name} is not legal`);
    headers.push(name, value);
    at = end + 2;
  }
  const lines = headers.length / 2;
  if (lines > maxHeaderLines)
    throw new AnswerFault(`${lines} header lines, at most ${maxHeaderLines} are read`);
  return { minorVersion: Number(match[1]), status: Number(match[2]), reason: match[3] ?? '', headers };
}

/** RTSP, ICE and HTTP/2 in this place pass with Node's parser, which tells nobody. */
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/** Names the protocol where there is one, and nothing else: a broken answer may hold what customers wrote. */
function noHttp(begin: string): string {
  const protocol = /^[A-Z]{1,8}\/\d(?:\.\d)?/.exec(begin)?.[0];
  return `an answer whose first line is no HTTP/1.0 or HTTP/1.1${protocol === undefined ? '' : ` but ${protocol}`}`;
}

/** Whether the connection goes on behind this answer (RFC 9112 section 9.3). */
export function isKept({ minorVersion, headers }: AnswerHead): boolean {
  let isKeptAlive = false;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    for (const element of (headers[index + 1] as string).toLowerCase().split(',')) {
      const option = withoutBlanks(element);
      if (option === 'close') return false;
      if (option === 'keep-alive') isKeptAlive = true;
    }
  }
  return minorVersion === 1 || isKeptAlive;
}
