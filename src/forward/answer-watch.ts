import type { Socket } from 'node:net';
import { AnswerFault, type AnswerHead, AnswerHeadReader } from './answer-head.ts';

/**
 * Reads what an application sends over a connection of Node's agent before Node's parser does, by the reader that reads
 * the answers to deliveries. So two things are known that Node does not tell: whether the first line is HTTP, and how many
 * header lines there are.
 */
export class AnswerWatch {
  #socket: Socket;
  #reader = new AnswerHeadReader();
  #head: AnswerHead | undefined;
  #fault: AnswerFault | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#look(chunk));
  }

  /** Of the final answer to the request under way. */
  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** What keeps the answer from being one; Node may hand it over all the same. */
  get fault(): AnswerFault | undefined {
    return this.#fault;
  }

  #look(chunk: Buffer): void {
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
