import type { Delivery, RequestHead } from '../delivery/delivery.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import { isHostField } from '../forward/forwarded-fields.ts';
import { elementsOf } from '../values/field-grammar.ts';
import type { Gate } from './gate.ts';
import type { LiveRoute } from './live-route.ts';
import type { Routed } from './path.ts';

/** What later gates need of the header fields. */
export interface HeaderFields {
  readonly contentType: string | undefined;
  /** All Content-Encoding lines, joined by `, `. */
  readonly contentEncoding: string | undefined;
  /** The values of all X-Forwarded-For lines, in order of arrival. */
  readonly forwardedFor: readonly string[];
}

/** The head can be read in one way only. */
class WellFormedDelivery {
  declare protected readonly proof: 'well_formed';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly fields: HeaderFields;
  constructor(routed: Routed, fields: HeaderFields) {
    this.delivery = routed.delivery;
    this.route = routed.route;
    this.fields = fields;
  }
}
export type WellFormed = WellFormedDelivery;

export interface HeaderLimits {
  /** Header lines. */
  readonly maxCount: number;
  /** Bytes of the whole head: request line, and every line with its colon, one space and line end. */
  readonly maxBytes: number;
}

/** Refuses heads that are too large, or that the application could read otherwise than the gate. */
export function createHeadersGate(limits: HeaderLimits): Gate<Routed, WellFormed> {
  return (routed) => {
    const fields = judgeHeaders(routed.delivery.head, limits);
    return fields instanceof Rejection ? fields : new WellFormedDelivery(routed, fields);
  };
}

/**
 * Judges the header lines in one pass. Node counts and measures them too loosely: over its count it drops lines
 * in silence (a late X-Forwarded-For with them), and a `maxHeaderSize` of 16,384 let 23,962 bytes through.
 * The rules on framing are those of RFC 9112 sections 3.2 and 6.1, each in its strictest reading.
 */
export function judgeHeaders(head: RequestHead, limits: HeaderLimits): HeaderFields | Rejection {
  const { rawHeaders } = head;
  const count = rawHeaders.length / 2;
  if (count > limits.maxCount) {
    return reject('headers_too_large', `${count} header lines, at most ${limits.maxCount} are read`);
  }
  const found = new FoundFields();
  let bytes = head.method.length + head.target.length + requestLineExtraBytes;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    bytes += name.length + value.length + headerLineExtraBytes;
    if (isReadInTwoWays(name))
      return reject('malformed_request', `header name ${name}, expected letters, digits and "-"`);
    const problem = found.take(name, value);
    if (problem !== undefined) return reject('malformed_request', problem);
  }
  if (bytes > limits.maxBytes) {
    return reject('headers_too_large', `a head of ${bytes} bytes, at most ${limits.maxBytes} are read`);
  }
  const problem = found.judgeFraming(head.httpVersion);
  return problem === undefined ? found : reject('malformed_request', problem);
}

/**
 * Servers that map header names to variables (CGI, and many an application server) read `_` as `-`. PHP reads `.` so as
 * well, lighttpd everything that is no letter and no digit, so that `X.Original.URL` is another name of X-Original-URL.
 */
function isReadInTwoWays(name: string): boolean {
  return otherCharacter.test(name);
}

const otherCharacter = /[^-0-9A-Za-z]/;

/** Two spaces, `HTTP/1.1` and the line end. */
const requestLineExtraBytes = 12;
/** Colon, space and the line end. */
const headerLineExtraBytes = 4;

const noValues: readonly string[] = [];

class FoundFields implements HeaderFields {
  contentType: string | undefined;
  contentEncoding: string | undefined;
  forwardedFor: readonly string[] = noValues;
  private host: string | undefined;
  private contentLength: string | undefined;
  private transferEncoding: string | undefined;

  /** Takes one line; the length of its name tells most lines away without a copy in lower case. */
  take(name: string, value: string): string | undefined {
    switch (name.length) {
      case 4:
        if (!isNamed(name, 'host')) return undefined;
        if (this.host !== undefined) return 'two Host headers';
        this.host = value;
        return undefined;
      case 6:
        if (!isNamed(name, 'expect') || elementsOf(value).every(isContinue)) return undefined;
        return `Expect: ${value}, only 100-continue is known`;
      case 12:
        if (!isNamed(name, 'content-type')) return undefined;
        if (this.contentType !== undefined) return 'two Content-Type headers';
        this.contentType = value;
        return undefined;
      case 14:
        if (!isNamed(name, 'content-length')) return undefined;
        if (this.contentLength !== undefined) return 'two Content-Length headers';
        this.contentLength = value;
        return undefined;
      case 15:
        if (isNamed(name, 'x-forwarded-for')) this.forwardedFor = [...this.forwardedFor, value];
        return undefined;
      case 16:
        if (!isNamed(name, 'content-encoding')) return undefined;
        this.contentEncoding =
          this.contentEncoding === undefined ? value : `${this.contentEncoding}, ${value}`;
        return undefined;
      case 17:
        if (!isNamed(name, 'transfer-encoding')) return undefined;
        if (this.transferEncoding !== undefined) return 'two Transfer-Encoding headers';
        this.transferEncoding = value;
        return undefined;
      default:
        return undefined;
    }
  }

  judgeFraming(httpVersion: string): string | undefined {
    if (this.host === undefined ? httpVersion !== '1.0' : !isHostField(this.host)) {
      return this.host === undefined ? 'no Host header' : `Host: ${this.host}, expected a name or an address`;
    }
    if (this.contentLength !== undefined && !isPlainNumber(this.contentLength)) {
      return `Content-Length: ${this.contentLength}, expected digits`;
    }
    if (this.transferEncoding === undefined) return undefined;
    if (httpVersion === '1.0') return 'Transfer-Encoding on HTTP/1.0';
    if (this.contentLength !== undefined) return 'both Content-Length and Transfer-Encoding';
    if (!isChunkedAlone(this.transferEncoding)) {
      return `Transfer-Encoding: ${this.transferEncoding}, only chunked is read`;
    }
    return undefined;
  }
}

/**
 * The coding is case-insensitive (RFC 9112 section 7). Empty list elements beside it are legal, and recipients differ on
 * what they make of them: not read.
 */
function isChunkedAlone(transferEncoding: string): boolean {
  return transferEncoding === 'chunked' || transferEncoding.toLowerCase() === 'chunked';
}

function isContinue(expectation: string): boolean {
  return expectation.toLowerCase() === '100-continue';
}

function isNamed(name: string, lowerCaseName: string): boolean {
  return name === lowerCaseName || name.toLowerCase() === lowerCaseName;
}

function isPlainNumber(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return value.length > 0;
}
