import { ErrorReply } from '@redis/client';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { releaseScript } from './commands.ts';
import { meaningOf } from './error-meaning.ts';
import type { Shortcoming } from './link.ts';
import type { RedisConnection } from './redis-connection.ts';
import { runScript } from './run-script.ts';

/**
 * Whether the server would take a record now: it is asked for a write that changes nothing, since `XX` finds no such
 * key. A server that is out of memory, cannot save, lacks replicas or is a replica itself refuses it all the same,
 * before it looks at the key. A claim needs no more than that; a record is a script, and waits for replicas where they are
 * counted, which a user may be forbidden: the application would have the event, and nobody would remember it, so nothing
 * may be claimed then. Undefined where it refuses nothing.
 *
 * @throws ConnectionLost.
 */
export async function refusalOf(
  connection: RedisConnection,
  key: string,
  countsReplicas: boolean,
  lookAgain: () => void,
): Promise<Shortcoming | undefined> {
  let takesClaims = false;
  try {
    await connection.ask(['SET', key, 'p', 'XX', 'PX', '1']);
    takesClaims = true;
    await runScript({ send: connection.ask }, releaseScript, key, ['p']);
    if (countsReplicas) await connection.ask(['WAIT', '0', '1']);
    return undefined;
  } catch (error) {
    if (!(error instanceof ErrorReply)) throw error;
    const meaning = meaningOf(error);
    // This key would be served elsewhere; those that are here already are served here.
    if (meaning === 'ask') return undefined;
    if (meaning === 'look_again') lookAgain();
    return {
      sentence: `the server refuses writes: ${whatWentWrong(error)}`,
      // A claim would be taken, and what it leads to could not be recorded.
      forbidsClaims: takesClaims && meaning === 'refused',
    };
  }
}
