import type { Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';
import type { AnswerHead } from './answer-head.ts';
import type { UpstreamExchange } from './upstream-connection.ts';
import type { UpstreamEvent, UpstreamResult } from './upstream-event.ts';

/** One event on its way, from the queue to its outcome. Settled once, by its own deadline at the latest. */
export class EventExchange implements UpstreamExchange {
  readonly method = 'POST';
  #event: UpstreamEvent;
  #path: string;
  #rules: ExchangeRules;
  #resolve: (result: UpstreamResult) => void;
  #timer: NodeJS.Timeout;
  #expiresAtMs: number;
  #isSettled = false;
  #socket: Socket | undefined;
  #status = 0;
  #headers: readonly string[] = [];
  #chunks: Buffer[] = [];
  #answerBytes = 0;
  #bodyDropped = false;

  /** `path` stands in the request line, with what the upstream's URL puts before the event's own. */
  constructor(
    event: UpstreamEvent,
    path: string,
    rules: ExchangeRules,
    resolve: (result: UpstreamResult) => void,
  ) {
    this.#event = event;
    this.#path = path;
    this.#rules = rules;
    this.#resolve = resolve;
    this.#expiresAtMs = rules.now() + rules.timeoutMs;
    this.#timer = setTimeout(expire, rules.timeoutMs, this);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /**
   * The last moment at which nothing is sent; false where it must not be sent any more. The clock is read again, since
   * after a stall of the event loop a connection may come free before the timer has its turn.
   */
  begin(socket: Socket): boolean {
    if (!this.#isSettled && this.#rules.now() >= this.#expiresAtMs) this.expire();
    if (this.#isSettled) return false;
    this.#socket = socket;
    return true;
  }

  write(socket: Socket, connection: 'keep-alive' | 'close', done: () => void): void {
    const { body } = this.#event;
    // Handed to the system together: to copy both into one piece is no cheaper for a short body, and dear for a long one.
    socket.cork();
    socket.write(Buffer.from(this.#headText(connection), 'latin1'));
    socket.write(body, done);
    socket.uncork();
  }

  #headText(connection: string): string {
    const { headers, body } = this.#event;
    let host = this.#rules.host;
    // Joined at once: V8 keeps a text that grows as the tree of its parts, four a line.
    const lines: string[] = [];
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] as string;
      if (name.length === 4 && name.toLowerCase() === 'host') host = headers[index + 1] as string;
      else lines.push(name, ': ', headers[index + 1] as string, '\r\n');
    }
    return (
      `POST ${this.#path} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n${lines.join('')}` +
      `Content-Length: ${body.length}\r\n\r\n`
    );
  }

  takeHead({ status, headers }: AnswerHead): void {
    this.#status = status;
    this.#headers = headers;
  }

  takeContent(content: Buffer): void {
    this.#answerBytes += content.length;
    const isTooLong = this.#answerBytes > this.#rules.maxAnswerBytes;
    if (isTooLong || this.#event.held?.take(content.length) === false) this.#bodyDropped = true;
    if (this.#bodyDropped) this.#chunks = [];
    else this.#chunks.push(content);
  }

  end(): void {
    this.#settle({
      kind: 'answered',
      status: this.#status,
      headers: this.#headers,
      body: joined(this.#chunks),
      bodyDropped: this.#bodyDropped,
    });
  }

  fail(cause: Error): void {
    if (this.#socket === undefined) this.#settle({ kind: 'unreachable', cause });
    else this.#settle({ kind: 'broken', cause });
  }

  /** The deadline has passed. */
  expire(): void {
    if (this.#isSettled) return;
    this.#settle({ kind: 'timeout', sent: this.#socket !== undefined });
    this.#socket?.destroy();
  }

  #settle(result: UpstreamResult): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#chunks = [];
    this.#resolve(result);
    this.#rules.onSettled();
  }
}

export interface ExchangeRules {
  /** From its making to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** What Host says where the event has none. */
  readonly host: string;
  readonly onSettled: () => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** After a pause of this process the timer comes first, and the answer may lie on the socket, unread: it came in time. */
function expire(exchange: EventExchange): void {
  afterALook(() => exchange.expire());
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
