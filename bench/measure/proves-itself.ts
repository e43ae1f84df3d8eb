import { createEvents, forged, path } from '../load/events.ts';
import type { Started } from '../peers/programs.ts';

/**
 * Who is measured as verifying has to verify: a genuine event is accepted, a forged one refused, and a repeat answered
 * without the application. Throws with what was seen instead.
 */
export async function provesItself(title: string, { port }: Pick<Started, 'port'>): Promise<void> {
  const event = createEvents(800)();
  const expected = [
    { what: 'a forged event', body: forged(event), says: '401 new' },
    { what: 'a genuine event', body: event, says: '200 new' },
    { what: 'a repeat', body: event, says: '200 repeat' },
  ];
  for (const { what, body, says } of expected) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    await answer.text();
    const seen = `${answer.status} ${answer.headers.get('hookgate-duplicate') === 'true' ? 'repeat' : 'new'}`;
    if (seen !== says) throw new Error(`${title} answered ${what} with ${seen} and not ${says}`);
  }
}
