import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CommandSender } from './redis-connection.ts';

/**
 * Asks how many replicas have all that was written on a connection (https://redis.io/docs/latest/commands/wait/).
 * WAIT holds up whatever is sent after it on its connection, so records share one: those that are answered while it
 * is under way have the next.
 */
export function createReplicated(
  minReplicas: number,
  waitMs: number,
): (on: CommandSender) => Promise<number> {
  const next = new WeakMap<CommandSender, Promise<number>>();
  const running = new WeakMap<CommandSender, Promise<unknown>>();
  const words = ['WAIT', String(minReplicas), String(Math.ceil(waitMs))];

  async function ask(connection: CommandSender): Promise<number> {
    await running.get(connection);
    // The answers that came in one go with the first are counted by the same WAIT.
    await nextTurn();
    next.delete(connection);
    const asked = connection.send(words);
    const over = asked.catch(() => undefined);
    running.set(connection, over);
    return Number(await asked);
  }

  return (connection) => {
    const shared = next.get(connection) ?? ask(connection);
    next.set(connection, shared);
    return shared;
  };
}
