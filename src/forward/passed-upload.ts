import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type AnswerBody, bodyOf } from './answer-body.ts';
import { AnswerFault, type AnswerHead, AnswerHeadReader } from './answer-head.ts';
import type { Dial } from './dial.ts';
import { passedFields } from './passed-answer.ts';
import { Silence } from './silence.ts';

export interface Upload {
  /** Its headers are those for the application. */
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

export interface UploadRules {
  readonly dial: Dial;
  /** What stands before the request's target. */
  readonly prefix: string;
  /** What Host says where the request has none. */
  readonly host: string;
  /** How long a client may be silent in the middle of its body; milliseconds. */
  readonly uploadIdleMs: number;
  readonly onAnswered: (status: number) => void;
  readonly onBytes: () => void;
}

/**
 * Passes a request with a body on, over a connection of its own: it is never sent twice, so a kept connection that is just
 * ending would cost it. An application may answer at once and read on (RFC 9112 section 9.5), which Node's client ends.
 *
 * `onFailed`: the application gave no answer; called at most once, and only while the client has none.
 */
export function passUpload(upload: Upload, rules: UploadRules, onFailed: (error: Error) => void): void {
  const { request, response } = upload;
  // Somebody may listen to its data already, and nobody takes it yet.
  request.pause();
  rules.dial((error, socket) => {
    if (socket === null) onFailed(error ?? new Error('no connection'));
    else if (response.destroyed) socket.destroy();
    else new UploadConnection(upload, rules, socket, onFailed);
  });
}

class UploadConnection {
  #upload: Upload;
  #rules: UploadRules;
  #socket: Socket;
  #reader = new AnswerHeadReader();
  #body: AnswerBody | undefined;
  #isAnswered = false;
  #isUploaded = false;
  #failure: Error | undefined;

  constructor(upload: Upload, rules: UploadRules, socket: Socket, onFailed: (error: Error) => void) {
    this.#upload = upload;
    this.#rules = rules;
    this.#socket = socket;
    const { request, response } = upload;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => {
      if (this.#body?.endsWithConnection === true) this.#endAnswer();
    });
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    socket.on('close', () => {
      if (this.#isAnswered) response.end();
      else if (this.#body !== undefined) response.destroy();
      // Where the gate has refused meanwhile, its own answer is on its way.
      else if (!response.headersSent)
        onFailed(this.#failure ?? new AnswerFault('the application closed without an answer'));
    });
    socket.on('drain', () => request.resume());
    response.on('drain', () => socket.resume());
    response.on('error', () => socket.destroy());
    response.once('close', () => socket.destroy());
    this.#send();
  }

  #send(): void {
    const { request } = this.#upload;
    const socket = this.#socket;
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    socket.write(this.#headText(), 'latin1');
    request.on('data', (chunk: Buffer) => {
      if (isChunked) socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      if (isChunked) socket.write('\r\n');
      if (socket.writableNeedDrain) request.pause();
    });
    request.once('end', () => {
      socket.write(isChunked ? '0\r\n\r\n' : '', () => {
        this.#isUploaded = true;
        if (this.#isAnswered) socket.destroySoon();
      });
    });
    request.resume();
  }

  #headText(): string {
    const { request } = this.#upload;
    const lines = [`${request.method} ${this.#rules.prefix}${request.url} HTTP/1.1`];
    if (request.headers.host === undefined) lines.push(`host: ${this.#rules.host}`);
    for (const [name, value] of Object.entries(request.headers))
      for (const one of [value].flat()) lines.push(`${name}: ${one}`);
    return `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`;
  }

  #read(chunk: Buffer): void {
    // Of one answer there is one.
    if (this.#isAnswered) return;
    const { response } = this.#upload;
    // The gate has refused the upload meanwhile (a broken body, a silence): there is one answer, and it has begun.
    if (this.#body === undefined && response.headersSent) return void this.#socket.destroy();
    try {
      let rest = chunk;
      if (this.#body === undefined) {
        const read = this.#reader.read(chunk);
        if (read === undefined) return;
        this.#begin(read.head);
        rest = read.rest;
      }
      const behind = this.#body?.take(rest, (content) => {
        this.#rules.onBytes();
        if (!response.write(content)) this.#socket.pause();
      });
      if (behind !== undefined) this.#endAnswer();
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error;
      this.#failure = error;
      this.#socket.destroy();
    }
  }

  #begin(head: AnswerHead): void {
    if (head.status === 101) throw new AnswerFault('a switch of protocols (101) that nobody asked for');
    const { request, response, requestId } = this.#upload;
    this.#body = bodyOf(head, request.method);
    this.#rules.onAnswered(head.status);
    response.writeHead(head.status, passedFields(head.headers, requestId));
    // What begins with a head and nothing else; a body that came with its head goes on with it.
    setImmediate(() => {
      if (!response.writableEnded) response.flushHeaders();
    });
  }

  /** The end of the answer ends the request, so that it waits for the upload, or for an upload that stands still. */
  #endAnswer(): void {
    const { request, response } = this.#upload;
    const socket = this.#socket;
    this.#isAnswered = true;
    if (this.#isUploaded) return void socket.destroySoon();
    socket.resume();
    const { uploadIdleMs } = this.#rules;
    const lullMs = response.statusCode >= 400 ? Math.min(uploadIdleMs, refusedLullMs) : uploadIdleMs;
    const lull = new Silence(lullMs, () => socket.destroy());
    request.on('data', () => lull.touch());
    socket.once('close', () => lull.end());
  }
}

/** Clients that see a refusal stop sending, and wait for its end. */
const refusedLullMs = 2_000;
