import type { IncomingMessage } from 'node:http';
import type { BodyRead } from '../delivery/delivery.ts';

/** Takes a body that has arrived to its end. One chunk is handed over as it is; several cost one copy. */
export function takeWholeBody(request: IncomingMessage, maxBytes: number): BodyRead {
  if (request.readableLength > maxBytes) return { kind: 'too_large', readBytes: request.readableLength };
  const bytes: Buffer | null = request.read();
  return { kind: 'complete', bytes: bytes ?? Buffer.alloc(0) };
}

/** Reads a body as it arrives, at most `maxBytes` within `timeoutMs`; then it leaves no listener behind. */
export class BodyReader {
  private readonly request: IncomingMessage;
  private readonly maxBytes: number;
  private readonly settle: (read: BodyRead) => void;
  private readonly chunks: Buffer[] = [];
  private readonly timer: NodeJS.Timeout;
  private readBytes = 0;

  constructor(
    request: IncomingMessage,
    limits: { maxBytes: number; timeoutMs: number },
    settle: (read: BodyRead) => void,
  ) {
    this.request = request;
    this.maxBytes = limits.maxBytes;
    this.settle = settle;
    this.timer = setTimeout(() => this.end({ kind: 'timeout', readBytes: this.readBytes }), limits.timeoutMs);
    request.on('data', this.onData);
    request.on('end', this.onEnd);
    request.on('close', this.onClose);
  }

  /** Ends the reading because the rest cannot come. */
  abort(): void {
    this.end({ kind: 'aborted', readBytes: this.readBytes });
  }

  private readonly onData = (chunk: Buffer): void => {
    this.readBytes += chunk.length;
    if (this.readBytes > this.maxBytes) this.end({ kind: 'too_large', readBytes: this.readBytes });
    else this.chunks.push(chunk);
  };

  private readonly onEnd = (): void => {
    const [first, ...more] = this.chunks;
    const bytes = first === undefined || more.length > 0 ? Buffer.concat(this.chunks) : first;
    this.end({ kind: 'complete', bytes });
  };

  /** Closed before its end: the sender has left. */
  private readonly onClose = (): void => this.abort();

  private end(read: BodyRead): void {
    clearTimeout(this.timer);
    this.request.off('data', this.onData);
    this.request.off('end', this.onEnd);
    this.request.off('close', this.onClose);
    // The stream would flow on without a listener and swallow what comes; the answer decides about the rest.
    if (read.kind !== 'complete') this.request.pause();
    this.settle(read);
  }
}
