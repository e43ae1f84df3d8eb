import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AnswerHead } from './answer-head.ts';
import { passedFields } from './passed-answer.ts';
import { readBeforeFailing } from './read-before-failing.ts';
import { resetWhenCut } from './reset-when-cut.ts';
import { Silence } from './silence.ts';
import { answerBytes, type Standstill } from './standstill.ts';
import type { UpstreamExchange } from './upstream-connection.ts';

export interface PassedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Those for the application, names and values alternating. */
  readonly headers: readonly string[];
  readonly requestId: string;
  readonly hasBody: boolean;
}

export interface PassedRules {
  /** What stands before the request's target. */
  readonly prefix: string;
  /** What Host says where the request has none. */
  readonly host: string;
  /** How long a client may be silent in the middle of its body; milliseconds. */
  readonly uploadIdleMs: number;
  readonly standstill: Standstill;
  readonly onAnswered: (status: number) => void;
  readonly onBytes: () => void;
  /** Nothing of an answer has reached the client, and no other exchange has begun. Called at most once. */
  readonly onFailed: (failure: PassedFailure) => void;
}

export interface PassedFailure {
  readonly error: Error & { readonly code?: string };
  /** The application may have run. */
  readonly isSent: boolean;
  /** A kept connection has ended before the head of an answer was whole. */
  readonly isByKeptConnection: boolean;
}

/** A request that is passed through, on a connection to the application: bodies are streamed both ways. */
export class PassedExchange implements UpstreamExchange {
  readonly method: string;
  #passed: PassedRequest;
  #rules: PassedRules;
  #socket: Socket | undefined;
  #isAnswered = false;
  #isUploaded = false;
  #hasHead = false;
  #isFlushed = false;
  /** The only piece of content so far, which waits for the end that may come with it. */
  #first: Buffer | undefined;

  constructor(passed: PassedRequest, rules: PassedRules) {
    this.method = passed.request.method ?? '';
    this.#passed = passed;
    this.#rules = rules;
  }

  /** The client has left, or has an answer of the gate's own. */
  get isSettled(): boolean {
    const { response } = this.#passed;
    return response.destroyed || response.headersSent;
  }

  begin(socket: Socket): boolean {
    if (this.isSettled) return false;
    this.#socket = socket;
    const { response } = this.#passed;
    // A client that leaves would otherwise leave the application writing into nothing.
    response.once('close', () => {
      this.#rules.standstill.goOn(response);
      if (!this.#isAnswered || !this.#isUploaded) socket.destroy();
    });
    response.on('error', ignore);
    return true;
  }

  write(socket: Socket, connection: 'keep-alive' | 'close', done: () => void): void {
    const { request, hasBody } = this.#passed;
    const written = (): void => {
      this.#isUploaded = true;
      if (this.#isAnswered) this.#endAnswer();
      done();
    };
    const head = this.#headText(connection);
    if (!hasBody) return void socket.write(head, 'latin1', written);
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    if (request.complete && !isChunked) {
      socket.cork();
      socket.write(Buffer.from(head, 'latin1'));
      socket.write(request.read() ?? nothing, written);
      socket.uncork();
      return;
    }
    const endOfUpload = readBeforeFailing(socket);
    socket.write(head, 'latin1');
    const readOn = (): void => void request.resume();
    request.on('data', (chunk: Buffer) => {
      if (isChunked) socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      if (isChunked) socket.write('\r\n');
      if (!socket.writableNeedDrain) return;
      request.pause();
      socket.once('drain', readOn);
    });
    request.once('end', () => {
      socket.write(isChunked ? '0\r\n\r\n' : '', () => {
        endOfUpload();
        written();
      });
    });
    request.resume();
  }

  #headText(connection: string): string {
    const { request, headers } = this.#passed;
    let text = `${this.method} ${this.#rules.prefix}${request.url} HTTP/1.1\r\n`;
    if (request.headers.host === undefined) text += `Host: ${this.#rules.host}\r\n`;
    for (let index = 0; index < headers.length; index += 2)
      text += `${headers[index]}: ${headers[index + 1]}\r\n`;
    return `${text}Connection: ${connection}\r\n\r\n`;
  }

  takeHead(head: AnswerHead): void {
    const { request, response, requestId } = this.#passed;
    // The gate has refused it meanwhile (a broken body, a silence): there is one answer, and it has begun.
    if (response.headersSent) return void this.#socket?.destroy();
    this.#hasHead = true;
    this.#rules.onAnswered(head.status);
    response.writeHead(head.status, head.reason, passedFields(head.status, head.headers, requestId));
    if (request.httpVersionMinor === 0) resetWhenCut(request.socket, response);
    // What begins with a head and nothing else, such as server-sent events; what came with its head goes on with it.
    process.nextTick(flush, this);
  }

  takeContent(content: Buffer): void {
    if (!this.#hasHead) return;
    this.#rules.onBytes();
    if (!this.#isFlushed && this.#first === undefined) this.#first = content;
    else {
      this.flush();
      this.#pass(content);
    }
  }

  end(): void {
    if (!this.#hasHead) return;
    this.#isAnswered = true;
    // What comes next on it is for another client than the one that was slow.
    this.#socket?.resume();
    if (this.#isUploaded) this.#endAnswer();
    else this.#awaitUpload();
  }

  fail(cause: Error & { readonly code?: string }, wasKept: boolean): void {
    const { response } = this.#passed;
    if (this.#hasHead) return void response.destroy();
    if (this.isSettled) return;
    const { code } = cause;
    const isClosed = code === undefined || code === 'ECONNRESET' || code === 'EPIPE';
    this.#rules.onFailed({
      error: cause,
      isSent: this.#socket !== undefined,
      isByKeptConnection: wasKept && isClosed,
    });
  }

  /** Sends what there is of the answer. */
  flush(): void {
    if (this.#isFlushed) return;
    this.#isFlushed = true;
    if (this.#first === undefined) flushHead(this.#passed.response);
    else this.#pass(this.#first);
  }

  #pass(content: Buffer): void {
    const socket = this.#socket as Socket;
    const { response } = this.#passed;
    if (response.write(content) || this.#isAnswered) return;
    socket.pause();
    const { standstill } = this.#rules;
    standstill.stand(response, answerBytes, () => response.destroy());
    response.once('drain', () => {
      standstill.goOn(response);
      if (!this.#isAnswered) socket.resume();
    });
  }

  #endAnswer(): void {
    const { response } = this.#passed;
    const whole = this.#isFlushed ? undefined : this.#first;
    this.#isFlushed = true;
    // Node puts a text behind the head and writes both as one piece; bytes of their own take the way of many pieces.
    if (whole === undefined) response.end();
    else if (whole.length <= writtenAsText) response.end(whole.toString('latin1'), 'latin1');
    else response.end(whole);
  }

  /** The end of the answer ends the request, so that it waits for the upload, or for an upload that stands still. */
  #awaitUpload(): void {
    const { request, response } = this.#passed;
    const socket = this.#socket as Socket;
    const { uploadIdleMs } = this.#rules;
    const lullMs = response.statusCode >= 400 ? Math.min(uploadIdleMs, refusedLullMs) : uploadIdleMs;
    const lull = new Silence(lullMs, () => socket.destroy());
    request.on('data', () => lull.touch());
    const closed = (): void => this.#endAnswer();
    socket.once('close', closed);
    response.once('finish', () => socket.off('close', closed));
    for (const over of ['finish', 'close'] as const) response.once(over, () => lull.end());
  }
}

function flush(exchange: PassedExchange): void {
  exchange.flush();
}

/** Node writes a head that goes alone in the socket's encoding, which is UTF-8; bytes above 127 would be two. */
function flushHead(response: ServerResponse): void {
  const { socket } = response;
  socket?.setDefaultEncoding('latin1');
  response.flushHeaders();
  socket?.setDefaultEncoding('utf8');
}

/** Both streams are closed after an error, which is what counts. */
function ignore(): void {}

const nothing = Buffer.alloc(0);
/** Clients that see a refusal stop sending, and wait for its end. */
const refusedLullMs = 2_000;
/** Bytes; a longer body is cheaper to write than to copy. */
const writtenAsText = 16 * 1024;
