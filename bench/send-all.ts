import type { Pool } from 'undici';
import { path } from './events.ts';

/** Sends `count` events, `concurrency` at once; rejects on any answer but 200. */
export async function sendAll(
  pool: Pool,
  nextEvent: () => string,
  { count, concurrency }: { readonly count: number; readonly concurrency: number },
): Promise<void> {
  // Signed before the first is sent, so that the sender keeps all of its connections busy.
  const bodies = Array.from({ length: count }, nextEvent);
  const send = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const answer = await pool.request({
        method: 'POST',
        path,
        body,
        headers: { 'content-type': 'application/json' },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`the answer was ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
}
