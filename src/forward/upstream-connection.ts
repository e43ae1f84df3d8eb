import type { Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';
import { type AnswerBody, bodyOf } from './answer-body.ts';
import { AnswerFault, type AnswerHead, AnswerHeadReader, isKept } from './answer-head.ts';
import { restTimeMs } from './rest-time.ts';

/** A request that a connection sends, and whoever takes its answer. */
export interface UpstreamExchange {
  /** Decides about the body of the answer. */
  readonly method: string;
  /** Nobody waits for it any more: it needs no connection. */
  readonly isSettled: boolean;
  /** The last moment at which nothing is sent; false where it must not be sent any more. */
  begin(socket: Socket): boolean;
  /** Writes all of it; `done` once the system has the last byte. `connection` belongs into its head. */
  write(socket: Socket, connection: 'keep-alive' | 'close', done: () => void): void;
  takeHead(head: AnswerHead): void;
  takeContent(content: Buffer): void;
  /** The answer is whole; the request may still be on its way, and the connection waits for it. */
  end(): void;
  /** No answer, or half of one. `wasKept`: others went over the connection before it. Nothing else is called after it. */
  fail(cause: Error, wasKept: boolean): void;
}

export interface ConnectionEvents {
  /** It may be used again. */
  readonly onRest: (connection: UpstreamConnection) => void;
  /** Its socket has closed; at whatever moment. */
  readonly onGone: (connection: UpstreamConnection) => void;
}

export interface ConnectionRules {
  /** How long it rests where the application gives no hint. */
  readonly keepAliveMs: number;
  /** For what an application that answered early has not read yet: the longest silence. */
  readonly timeoutMs: number;
}

/** So that the load finds pods that were added behind a Service. */
const maxRequests = 1_000;

/** One connection to the application, for one request at a time. Whatever breaks HTTP's rules ends it. */
export class UpstreamConnection {
  #socket: Socket;
  #rules: ConnectionRules;
  #events: ConnectionEvents;
  #sent = 0;
  #exchange: UpstreamExchange | undefined;
  #reader = new AnswerHeadReader();
  #body: AnswerBody | undefined;
  #restMs: number;
  /** What the socket's timer is set to; 0 where none runs. It goes on while a request is under way, and means nothing then. */
  #silenceMs = 0;
  #failure: Error | undefined;
  #isWritten = true;
  /** What comes once the request is written and its answer is whole. */
  #next: 'rest' | 'close' | undefined;
  #onWritten = (): void => {
    this.#isWritten = true;
    this.#goOn();
  };

  constructor(socket: Socket, rules: ConnectionRules, events: ConnectionEvents) {
    this.#socket = socket;
    this.#rules = rules;
    this.#events = events;
    this.#restMs = rules.keepAliveMs;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => {
      if (this.#exchange !== undefined && this.#body?.endsWithConnection === true) this.#finish(false);
    });
    socket.on('timeout', () => {
      if (this.#exchange === undefined) socket.destroy();
      // It has run out, and an answer that is read late for a slow client may end without the read that would begin it again.
      else this.#silenceMs = 0;
    });
    socket.on('error', (error) => {
      this.#failure = error;
    });
    socket.on('close', () => {
      this.#fail(this.#failure ?? new Error('the application closed before its answer was whole'));
      events.onGone(this);
    });
  }

  get isGone(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  /** Sends the request, or rests again where that is too late for it. */
  send(exchange: UpstreamExchange): void {
    const socket = this.#socket;
    if (!exchange.begin(socket)) return void this.rest();
    this.#sent += 1;
    this.#exchange = exchange;
    this.#body = undefined;
    this.#isWritten = false;
    this.#next = undefined;
    exchange.write(socket, this.#sent < maxRequests ? 'keep-alive' : 'close', this.#onWritten);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const exchange = this.#exchange;
    // Nobody has asked: the next request must not get it for its answer.
    if (exchange === undefined) return void this.close();
    try {
      let rest = chunk;
      if (this.#body === undefined) {
        const read = this.#reader.read(chunk);
        if (read === undefined) return;
        this.#begin(exchange, read.head);
        rest = read.rest;
      }
      const behind = this.#body?.take(rest, (content) => exchange.takeContent(content));
      if (behind !== undefined) this.#finish(behind.length === 0);
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error;
      this.#fail(error);
      this.close();
    }
  }

  #begin(exchange: UpstreamExchange, head: AnswerHead): void {
    if (head.status === 101) throw new AnswerFault('a switch of protocols (101) that nobody asked for');
    this.#body = bodyOf(head, exchange.method);
    const mayRest = isKept(head) && !this.#body.isWithheld && this.#sent < maxRequests;
    this.#restMs = mayRest ? restTimeMs(head.headers, this.#rules.keepAliveMs) : 0;
    exchange.takeHead(head);
  }

  /** The answer is whole. `mayRest`: nothing came behind it, and the connection is open. */
  #finish(mayRest: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.end();
    this.#next = mayRest && this.#restMs > 0 ? 'rest' : 'close';
    if (!this.#isWritten) {
      // An application that answers early may read on (RFC 9112 section 9.5), and the request is not to be cut off. But many
      // close behind it, whatever their answer says, and the next request would meet that. After a look, since Node tells a
      // turn of the event loop late that something was written over TLS, by when its answer may have been read.
      this.#endWhenSilentFor(this.#rules.timeoutMs);
      const sent = this.#sent;
      afterALook(() => {
        if (!this.#isWritten && this.#sent === sent) this.#next = 'close';
      });
    }
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#isWritten || this.#next === undefined) return;
    if (this.#next === 'rest') this.rest();
    else this.#socket.destroySoon();
  }

  /** Waits for the next request. */
  rest(): void {
    this.#endWhenSilentFor(this.#restMs);
    this.#events.onRest(this);
  }

  /** Set anew only where it differs: Node makes a timer with each call, and begins it again with each read and write. */
  #endWhenSilentFor(ms: number): void {
    if (ms === this.#silenceMs) return;
    this.#silenceMs = ms;
    this.#socket.setTimeout(ms);
  }

  #fail(cause: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.fail(cause, this.#sent > 1);
  }
}
