import type { IncomingMessage } from 'node:http';
import type { BodyLimits, BodyRead } from '../delivery/delivery.ts';
import { afterALook } from '../values/after-a-look.ts';

/**
 * Takes a body all of whose bytes have arrived. One chunk is handed over as it is; several cost one copy. `length` is
 * what was announced and taken already, 0 where nothing was.
 */
export function takeWholeBody(
  request: IncomingMessage,
  length: number,
  { maxBytes, held }: BodyLimits,
): BodyRead {
  const readBytes = request.readableLength;
  if (readBytes > maxBytes) return { kind: 'too_large', readBytes };
  if (readBytes > length && held?.take(readBytes - length) === false) return { kind: 'no_room', readBytes };
  const bytes: Buffer | null = request.read();
  // Its end is yet to come, and only a stream that flows notices it.
  if (!request.complete) request.resume();
  return { kind: 'complete', bytes: bytes ?? Buffer.alloc(0) };
}

/** Room for the first bytes of a body that does not say how long it is; it is doubled as often as needed. */
const firstRoomBytes = 16 * 1024;

/**
 * Reads a body as it arrives, at most `maxBytes` within `timeoutMs`; then it leaves no listener behind. All goes into
 * one piece of memory: a body that comes byte by byte would otherwise take a hundred times its length.
 */
export class BodyReader {
  private readonly request: IncomingMessage;
  private readonly limits: BodyLimits;
  private readonly settle: (read: BodyRead) => void;
  private readonly timer: NodeJS.Timeout;
  private bytes: Buffer;
  private readBytes = 0;
  private isEnded = false;

  constructor(
    request: IncomingMessage,
    length: number,
    limits: BodyLimits,
    settle: (read: BodyRead) => void,
  ) {
    this.request = request;
    this.limits = limits;
    this.settle = settle;
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.timer = setTimeout(expire, limits.timeoutMs, this);
    request.on('data', this.onData);
    request.on('end', this.onEnd);
    request.on('close', this.onClose);
  }

  /** The time is over. */
  expire(): void {
    this.end({ kind: 'timeout', readBytes: this.readBytes });
  }

  /** Ends the reading because the rest cannot come. */
  abort(): void {
    this.end({ kind: 'aborted', readBytes: this.readBytes });
  }

  private readonly onData = (chunk: Buffer): void => {
    const begin = this.readBytes;
    this.readBytes += chunk.length;
    if (this.readBytes > this.limits.maxBytes) this.end({ kind: 'too_large', readBytes: this.readBytes });
    else if (this.readBytes > this.bytes.length && !this.grow())
      this.end({ kind: 'no_room', readBytes: this.readBytes });
    else chunk.copy(this.bytes, begin);
  };

  private grow(): boolean {
    const { length } = this.bytes;
    const wanted = Math.max(this.readBytes, length * 2, firstRoomBytes);
    const room = Math.min(wanted, this.limits.maxBytes);
    if (this.limits.held?.take(room - length) === false) return false;
    const bytes = Buffer.allocUnsafeSlow(room);
    this.bytes.copy(bytes);
    this.bytes = bytes;
    return true;
  }

  private readonly onEnd = (): void => {
    this.end({ kind: 'complete', bytes: this.bytes.subarray(0, this.readBytes) });
  };

  /** Closed before its end: the sender has left. */
  private readonly onClose = (): void => this.abort();

  private end(read: BodyRead): void {
    if (this.isEnded) return;
    this.isEnded = true;
    clearTimeout(this.timer);
    this.request.off('data', this.onData);
    this.request.off('end', this.onEnd);
    this.request.off('close', this.onClose);
    // The stream would flow on without a listener and swallow what comes; the answer decides about the rest.
    if (read.kind !== 'complete') this.request.pause();
    this.settle(read);
  }
}

/** After a pause of this process the timer comes first, and the body may lie on the socket, unread: it came in time. */
function expire(reader: BodyReader): void {
  afterALook(() => reader.expire());
}
