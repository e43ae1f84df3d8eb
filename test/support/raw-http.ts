import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { onTestFinished } from 'vitest';

/** A client that sends exactly the bytes it is told to, and keeps what comes back. */
export class RawClient {
  readonly socket: Socket;
  received = Buffer.alloc(0) as Buffer;
  /** Code of the socket's error, such as ECONNRESET. */
  errorCode: string | undefined;
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.errorCode = error.code;
    });
    socket.once('close', () => {
      this.closed = true;
    });
    onTestFinished(() => void socket.destroy());
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends each byte in its own segment. */
  async sendByteByByte(bytes: Buffer): Promise<void> {
    this.socket.setNoDelay(true);
    for (const byte of bytes) {
      await new Promise((resolve) => this.socket.write(Buffer.of(byte), resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  /** Status codes of all answers received, interim ones included. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  /** Waits until `count` final answers have begun; fails when the connection closes before. */
  async answers(count: number): Promise<number[]> {
    while (this.finalStatuses.length < count) {
      if (this.closed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await this.change();
    }
    return this.finalStatuses;
  }

  /** Waits until `text` has been received. */
  async receives(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.closed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await this.change();
    }
  }

  /** Waits until the server has ended the connection; gives all that it sent. */
  async closing(): Promise<string> {
    if (!this.closed) await new Promise((resolve) => this.socket.once('close', resolve));
    return this.text;
  }

  private change(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve) => {
      const done = (): void => {
        socket.off('data', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('data', done);
      socket.on('close', done);
    });
  }

  private get finalStatuses(): number[] {
    return this.statuses.filter((status) => status >= 200);
  }
}

/** Opens a plain connection; it is destroyed when the test ends. */
export async function openRaw(
  port: number,
  host = '127.0.0.1',
  options: { localAddress?: string; allowHalfOpen?: boolean } = {},
): Promise<RawClient> {
  const client = new RawClient(connect({ port, host, ...options }));
  await once(client.socket, 'connect');
  return client;
}

/** Opens a TLS connection that trusts any certificate. */
export async function openRawTls(
  port: number,
  over?: Socket,
  maxVersion: SecureVersion = 'TLSv1.3',
): Promise<RawClient> {
  const client = new RawClient(
    connectTls({
      ...(over === undefined ? { port, host: '127.0.0.1' } : { socket: over }),
      rejectUnauthorized: false,
      maxVersion,
      ALPNProtocols: ['http/1.1'],
    }),
  );
  await once(client.socket, 'secureConnect');
  return client;
}

/** One POST with a JSON body, as text. */
export function post(body: string, lines: readonly string[] = []): string {
  const head = [
    'POST /hook HTTP/1.1',
    'Host: gate.test',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...lines,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
