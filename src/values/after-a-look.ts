/**
 * Calls once the event loop has looked at every socket, and what had come on it is read: a request, the end of a
 * connection, or an answer that nobody asked for. Of two turns of the loop the second is behind a whole look.
 */
export function afterALook(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
