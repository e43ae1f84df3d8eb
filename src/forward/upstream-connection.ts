import type { Socket } from 'node:net';
import { type AnswerBody, bodyOf } from './answer-body.ts';
import { AnswerFault, type AnswerHead, AnswerHeadReader, isKept } from './answer-head.ts';
import { restTimeMs } from './rest-time.ts';
import type { UpstreamExchange } from './upstream-exchange.ts';

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
  /** What Host says where the event has none. */
  readonly host: string;
}

/** So that the load finds pods that were added behind a Service. */
const maxEvents = 1_000;

/** One connection to the application, for one event at a time. Whatever breaks HTTP's rules ends it. */
export class UpstreamConnection {
  #socket: Socket;
  #rules: ConnectionRules;
  #events: ConnectionEvents;
  #sent = 0;
  #exchange: UpstreamExchange | undefined;
  #reader = new AnswerHeadReader();
  #body: AnswerBody | undefined;
  #restMs: number;
  #failure: Error | undefined;
  #isWritten = true;
  #restsOnceWritten = false;
  #onWritten = (): void => {
    this.#isWritten = true;
    if (this.#restsOnceWritten) this.rest();
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
    socket.on('timeout', () => socket.destroy());
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

  /** Sends the event, or rests again where that is too late for it. */
  send(exchange: UpstreamExchange): void {
    const socket = this.#socket;
    if (!exchange.begin(() => socket.destroy())) return void this.rest();
    socket.setTimeout(0);
    this.#sent += 1;
    this.#exchange = exchange;
    this.#body = undefined;
    this.#isWritten = false;
    this.#restsOnceWritten = false;
    const { body } = exchange.event;
    const head = Buffer.from(this.#headOf(exchange), 'latin1');
    if (body.length <= sentInOnePiece) socket.write(Buffer.concat([head, body]), this.#onWritten);
    else {
      socket.cork();
      socket.write(head);
      socket.write(body, this.#onWritten);
      socket.uncork();
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #headOf({ event }: UpstreamExchange): string {
    const { headers } = event;
    let host = this.#rules.host;
    let lines = '';
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] as string;
      if (name.length === 4 && name.toLowerCase() === 'host') host = headers[index + 1] as string;
      else lines += `${name}: ${headers[index + 1]}\r\n`;
    }
    const connection = this.#sent < maxEvents ? 'keep-alive' : 'close';
    return (
      `POST ${event.path} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n${lines}` +
      `Content-Length: ${event.body.length}\r\n\r\n`
    );
  }

  #read(chunk: Buffer): void {
    const exchange = this.#exchange;
    // Nobody has asked: the next event must not get it for its answer.
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
    this.#body = bodyOf(head);
    this.#restMs =
      isKept(head) && this.#sent < maxEvents ? restTimeMs(head.headers, this.#rules.keepAliveMs) : 0;
    exchange.takeHead(head.status, head.headers);
  }

  /** The answer is whole. `mayRest`: nothing came behind it, and the connection is open. */
  #finish(mayRest: boolean): void {
    const socket = this.#socket;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.end();
    // An application that answers early may read on (RFC 9112 section 9.5), and the event is not to be cut off.
    if (!this.#isWritten) socket.setTimeout(this.#rules.timeoutMs);
    if (!mayRest || this.#restMs === 0) socket.destroySoon();
    else if (this.#isWritten) this.rest();
    else this.#restsOnceWritten = true;
  }

  /** Waits for the next event. */
  rest(): void {
    this.#socket.setTimeout(this.#restMs);
    this.#events.onRest(this);
  }

  #fail(cause: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.fail(cause);
  }
}

/** Bytes; up to here copying is cheaper than two writes. */
const sentInOnePiece = 65_536;
