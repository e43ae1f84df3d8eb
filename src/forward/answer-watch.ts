import type { Socket } from 'node:net';
import { AnswerFault, type AnswerHead, AnswerHeadReader, isKept } from './answer-head.ts';

/**
 * Looks at what an application sends over a connection of Node's agent before Node's parser does, and knows three
 * things that it does not tell: whether the first line is HTTP, how many header lines there are, and whether anybody
 * had asked. The same reader looks at the answers to deliveries.
 */
export class AnswerWatch {
  #socket: Socket;
  #reader = new AnswerHeadReader();
  #isResting = false;
  #head: AnswerHead | undefined;
  #fault: AnswerFault | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#look(chunk));
    socket.on('timeout', () => {
      if (this.#isResting) socket.destroy();
    });
  }

  /** Of the final answer to the request under way. */
  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** What keeps the answer from being one; Node may hand it over all the same. */
  get fault(): AnswerFault | undefined {
    return this.#fault;
  }

  /** From now on nothing may come; false where the connection is of no use any more. */
  rest(forMs: number): boolean {
    if (this.#fault !== undefined || this.#head === undefined || !isKept(this.#head)) return false;
    this.#isResting = true;
    this.#socket.setTimeout(forMs);
    return true;
  }

  /** A request has taken the connection. */
  wake(): void {
    this.#isResting = false;
    this.#head = undefined;
    this.#socket.setTimeout(0);
  }

  #look(chunk: Buffer): void {
    if (this.#isResting) return void this.#socket.destroy();
    if (this.#head !== undefined || this.#fault !== undefined) return;
    try {
      this.#head = this.#reader.read(chunk)?.head;
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error;
      this.#fault = error;
      this.#socket.destroy(error);
    }
  }
}
