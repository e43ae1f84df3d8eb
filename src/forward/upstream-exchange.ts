import type { UpstreamEvent, UpstreamResult } from './upstream.ts';

/** One event on its way, from the queue to its outcome. Settled once, by its own deadline at the latest. */
export class UpstreamExchange {
  readonly event: UpstreamEvent;
  #rules: ExchangeRules;
  #resolve: (result: UpstreamResult) => void;
  #timer: NodeJS.Timeout;
  #expiresAtMs: number;
  #isSettled = false;
  #cutOff: (() => void) | undefined;
  #status = 0;
  #headers: readonly string[] = [];
  #chunks: Buffer[] = [];
  #answerBytes = 0;
  #bodyDropped = false;

  constructor(event: UpstreamEvent, rules: ExchangeRules, resolve: (result: UpstreamResult) => void) {
    this.event = event;
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
  begin(cutOff: () => void): boolean {
    if (!this.#isSettled && this.#rules.now() >= this.#expiresAtMs) this.expire();
    if (this.#isSettled) return false;
    this.#cutOff = cutOff;
    return true;
  }

  takeHead(status: number, headers: readonly string[]): void {
    this.#status = status;
    this.#headers = headers;
  }

  takeContent(content: Buffer): void {
    this.#answerBytes += content.length;
    const isTooLong = this.#answerBytes > this.#rules.maxAnswerBytes;
    if (isTooLong || this.event.held?.take(content.length) === false) this.#bodyDropped = true;
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
    if (this.#cutOff === undefined) this.#settle({ kind: 'unreachable', cause });
    else this.#settle({ kind: 'broken', sent: true, cause });
  }

  /** The deadline has passed. */
  expire(): void {
    this.#settle({ kind: 'timeout', sent: this.#cutOff !== undefined });
    this.#cutOff?.();
  }

  #settle(result: UpstreamResult): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#chunks = [];
    this.#resolve(result);
  }
}

export interface ExchangeRules {
  /** From its making to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

function expire(exchange: UpstreamExchange): void {
  exchange.expire();
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
