/** Calls back once all that had come on any socket is read: between two turns of setImmediate Node asks them all. */
export function afterReading(callback: () => void): void {
  setImmediate(() => setImmediate(callback));
}
