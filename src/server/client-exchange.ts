import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type BodyLimits,
  type BodyRead,
  type Delivery,
  type Facts,
  type Held,
  noFacts,
  type Peer,
  type RequestHead,
} from '../delivery/delivery.ts';
import { elementsOf } from '../values/field-grammar.ts';
import { BodyReader, takeWholeBody } from './read-body.ts';

/** One request and its answer on a connection; to the gates it is the delivery. */
export class ClientExchange implements Delivery {
  readonly requestId: string = randomUUID();
  readonly arrivedAtMs: number;
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly facts: Facts = noFacts();
  held?: Held;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whoever streams the request through reads its body and writes its answer. */
  isStreaming = false;
  /** The rest of the body will never come: its framing is broken. */
  isBrokenOff = false;
  /** Called at that moment, once somebody streams it. */
  onBrokenOff: (() => void) | undefined;
  private bodyTaken = false;
  private reader: BodyReader | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    arrival: { peer: Peer; secure: boolean; atMs: number },
  ) {
    this.request = request;
    this.response = response;
    this.peer = arrival.peer;
    this.arrivedAtMs = arrival.atMs;
    this.head = {
      method: request.method ?? '',
      target: request.url ?? '',
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
      secure: arrival.secure,
    };
  }

  /** Reads the body once; see `ReadBody`. Must be called as a method. */
  readBody(limits: BodyLimits): Promise<BodyRead> {
    return new Promise((resolve) => {
      const settle = (read: BodyRead): void => {
        this.bodyTaken = read.kind === 'complete';
        this.reader = undefined;
        if (read.kind !== 'complete') limits.held?.giveBack();
        resolve(read);
      };
      const length = lengthOf(this.request);
      if (length > limits.maxBytes) return settle({ kind: 'too_large', readBytes: 0 });
      if (limits.held?.take(length) === false) return settle({ kind: 'no_room', readBytes: 0 });
      if (this.expectsContinue() && !this.request.complete) this.response.writeContinue();
      // In the next tick a body that came with its head lies ready, though Node does not call it complete yet. It is
      // taken in one piece, without the copy, the listeners and the timer that a slow one needs.
      process.nextTick(() => {
        if (this.isBrokenOff || this.request.destroyed) settle({ kind: 'aborted', readBytes: 0 });
        else if (this.request.complete || (length > 0 && this.request.readableLength === length))
          settle(takeWholeBody(this.request, length, limits));
        else this.reader = new BodyReader(this.request, length, limits, settle);
      });
    });
  }

  /** Ends the reading of the body, whoever reads it, and of one that nobody reads yet. */
  breakOff(): void {
    this.isBrokenOff = true;
    this.reader?.abort();
    this.onBrokenOff?.();
  }

  /** Gives back what it holds once the answer has been handed to the system, or its client has left. */
  giveBackAfterAnswer(): void {
    const { held, request, response } = this;
    if (held === undefined) return;
    if (response.destroyed || (response.writableEnded && request.socket.writableLength === 0))
      held.giveBack();
    else response.once('close', () => held.giveBack());
  }

  /** The request has a body that was not read to its end, so what follows it cannot be told from it. */
  hasUnreadBody(): boolean {
    if (this.bodyTaken) return false;
    const { headers } = this.request;
    const length = headers['content-length'];
    return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
  }

  /** HTTP/1.0 senders cannot wait for an interim answer (RFC 9110 section 10.1.1). */
  expectsContinue(): boolean {
    const { expect } = this.request.headers;
    if (expect === undefined || this.head.httpVersion !== '1.1') return false;
    return elementsOf(expect).some((expectation) => expectation.toLowerCase() === '100-continue');
  }
}

/** As it is announced; 0 where it is not. */
function lengthOf({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}
