import { expect } from 'vitest';
import type { startEventApplication } from './event-application.ts';
import { signedEvent } from './sign-event.ts';

type EventApplication = Awaited<ReturnType<typeof startEventApplication>>;

/**
 * Sends events through a gate whose store may fail, and keeps the books: an answer is either 200, and the application
 * has the event, or `store_unavailable`.
 */
export function createTalliedSender(
  application: EventApplication,
  post: (body: Buffer) => Promise<{ readonly status: number; readonly code: string | undefined }>,
) {
  const figures = { sent: 0, accepted: 0, answered200: 0, answered503: 0, false200: 0, lost: 0, repeated: 0 };
  const seen = (reference: string): number =>
    application.events.filter(({ body }) => body.includes(`"${reference}"`)).length;
  return {
    figures,
    /** Whether the answer was 200. */
    async send(reference: string): Promise<boolean> {
      figures.sent += 1;
      const { status, code } = await post(signedEvent('payment.session.succeeded', { reference }));
      if (status !== 200) {
        expect([status, code]).toEqual([503, 'store_unavailable']);
        figures.answered503 += 1;
        return false;
      }
      figures.answered200 += 1;
      if (seen(reference) === 0) figures.false200 += 1;
      return true;
    },
    /** Closes the books over all that was ever to be delivered, prints them, and returns them. */
    close(references: readonly string[]): typeof figures {
      figures.accepted = application.events.length;
      figures.lost = references.filter((reference) => seen(reference) === 0).length;
      figures.repeated = figures.accepted - references.length;
      console.log(JSON.stringify(figures));
      return figures;
    },
  };
}
