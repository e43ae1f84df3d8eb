/**
 * Makes things by name, each once for all who ask while it is being made or in the turn of the event loop in which it was:
 * however many ask on however many connections, one by one or pipelined, a turn makes no more than one of each.
 */
export function shareMaking<Name, Made>(
  make: (name: Name) => Made | Promise<Made>,
): (name: Name) => Promise<Made> {
  const shared = new Map<Name, Promise<Made>>();

  async function makeOnce(name: Name): Promise<Made> {
    try {
      return await make(name);
    } finally {
      // Behind all that this turn still reads from sockets.
      setImmediate(() => shared.delete(name));
    }
  }

  return (name) => {
    const made = shared.get(name) ?? makeOnce(name);
    shared.set(name, made);
    return made;
  };
}
