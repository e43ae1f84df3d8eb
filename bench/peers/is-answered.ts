import { connect } from 'node:net';

/** Whether somebody at this port of loopback answers this request with what begins so. */
export function isAnswered(port: number, request: Buffer, says: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      resolve(chunk.toString('latin1').startsWith(says));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
