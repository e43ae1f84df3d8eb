import type { Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';

/**
 * An application that refuses an upload and closes at once resets the connection behind its answer. A write that meets the
 * reset would end the socket, and with it the answer that nobody has read yet; so a failed write is told once what has come
 * is read. Returns what ends this.
 */
export function readBeforeFailing(socket: Socket): () => void {
  const { _write, _writev } = socket;
  type Done = Parameters<typeof _write>[2];
  const late =
    (done: Done): Done =>
    (error) => {
      if (error) afterALook(() => done(error));
      else done();
    };
  socket._write = (chunk, encoding, done) => _write.call(socket, chunk, encoding, late(done));
  socket._writev = (chunks, done) => _writev?.call(socket, chunks, late(done));
  return () => void Object.assign(socket, { _write, _writev });
}
