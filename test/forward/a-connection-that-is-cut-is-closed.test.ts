import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { resetWhenCut } from '../../src/forward/reset-when-cut.ts';

/** Both ends of a connection: whose answer may be cut, and who reads it. */
async function openPair(): Promise<{ socket: Socket; client: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { socket, client };
}

test('before its answer is whole with a reset', async () => {
  const { socket, client } = await openPair();
  resetWhenCut(socket, socket);
  socket.write('part', () => socket.destroy());
  const [[error]] = await Promise.all([once(client, 'error'), once(socket, 'close')]);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
});

test('while its plain end is on its way without one, which the system would not take', async () => {
  const { socket, client } = await openPair();
  resetWhenCut(socket, socket);
  const { _final } = socket;
  socket._final = (done) => {
    _final.call(socket, done);
    socket.destroy();
  };
  socket.write('all', () => socket.end());
  await Promise.all([once(client, 'end'), once(socket, 'close')]);
});
