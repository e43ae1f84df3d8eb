import type { Dispatcher } from 'undici';
import type { UpstreamResult } from './upstream.ts';
import type { UpstreamConnector } from './upstream-connector.ts';

/** When an exchange ends whatever happened. */
export interface Deadline {
  readonly afterMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * One event on its way: what undici tells about it, settled once. Nothing in here may throw except where it says so,
 * since undici turns an exception into an `error` event that nobody hears.
 */
export class UpstreamExchange implements Dispatcher.DispatchHandler {
  #deadline: Deadline;
  #expiresAtMs: number;
  #timer: NodeJS.Timeout;
  #maxAnswerBytes: number;
  #connector: UpstreamConnector;
  #resolve: (result: UpstreamResult) => void;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: readonly string[] = [];
  #chunks: Buffer[] = [];
  #answerBytes = 0;

  constructor(
    deadline: Deadline,
    maxAnswerBytes: number,
    connector: UpstreamConnector,
    resolve: (result: UpstreamResult) => void,
  ) {
    this.#deadline = deadline;
    this.#expiresAtMs = deadline.now() + deadline.afterMs;
    this.#timer = setTimeout(expire, deadline.afterMs, this);
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#connector = connector;
    this.#resolve = resolve;
  }

  /**
   * The last moment at which nothing is sent. Throwing is how undici is told to drop a request without closing the
   * connection. The clock is read again, since after a stall of the event loop a connection may come free before
   * the timer has its turn.
   */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#settled && this.#deadline.now() >= this.#expiresAtMs) this.expire();
    if (this.#settled) throw new Error('the deadline passed before the event was sent');
    this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status === 101) {
      this.#abort(new Error('the application switched protocols (101) without having been asked to'));
      return;
    }
    if (status < 200) return;
    this.#status = status;
    this.#headers = decodeHeaders(controller.rawHeaders);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#answerBytes += chunk.length;
    if (this.#answerBytes <= this.#maxAnswerBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  onResponseEnd(): void {
    // An answer without a length ends where its connection ends; undici takes a reset for such an end, too.
    const { failure } = this.#connector;
    if (failure !== undefined) {
      this.#settle({ kind: 'broken', sent: true, cause: failure });
      return;
    }
    this.#settle({
      kind: 'answered',
      status: this.#status,
      headers: this.#headers,
      body: joinChunks(this.#chunks),
      bodyDropped: this.#answerBytes > this.#maxAnswerBytes,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, cause: Error): void {
    if (this.#controller === undefined) this.#settle({ kind: 'unreachable', cause });
    else this.#settle({ kind: 'broken', sent: true, cause });
  }

  /** The deadline has passed. */
  expire(): void {
    this.#settle({ kind: 'timeout', sent: this.#controller !== undefined });
    this.#controller?.abort(new Error('the deadline passed'));
  }

  #abort(cause: Error): void {
    this.#settle({ kind: 'broken', sent: true, cause });
    this.#controller?.abort(cause);
  }

  #settle(result: UpstreamResult): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#chunks = [];
    this.#resolve(result);
  }
}

function expire(exchange: UpstreamExchange): void {
  exchange.expire();
}

function decodeHeaders(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  return Array.isArray(raw)
    ? raw.map((field) => (typeof field === 'string' ? field : field.toString('latin1')))
    : [];
}

function joinChunks(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
