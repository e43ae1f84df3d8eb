/**
 * Calls once the event loop has looked at what has come over every connection: an end, or an answer that nobody asked
 * for and that the next request would get. Of two turns of the loop the second is behind a whole look.
 */
export function afterALook(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
