import { ErrorReply } from '@redis/client';
import { runByDigest, runWhole, type Script } from './commands.ts';
import { meaningOf } from './error-meaning.ts';
import type { CommandSender } from './redis-connection.ts';

/** Runs a script on one key, and sends it whole where the server does not know it. Rejects as `send` does. */
export async function runScript(
  { send }: CommandSender,
  script: Script,
  key: string,
  values: readonly string[],
): Promise<unknown> {
  try {
    return await send(runByDigest(script, key, values));
  } catch (error) {
    if (!(error instanceof ErrorReply) || meaningOf(error) !== 'no_script') throw error;
    return send(runWhole(script, key, values));
  }
}
