import { createEvents } from './events.ts';
import { postRequest } from './requests.ts';

/** A source of requests with signed events of about this size, no two alike: so many a call. */
export function eventsOf(
  bytes: number,
  {
    keys,
    connections = 'kept',
  }: { readonly keys?: readonly Buffer[]; readonly connections?: 'kept' | 'new' } = {},
): (count: number) => Buffer[] {
  const sources = keys?.map((key) => createEvents(bytes, key)) ?? [createEvents(bytes)];
  const connection = connections === 'new' ? 'close' : 'keep-alive';
  let taken = 0;
  /** Each event is signed by the next key. */
  const next = (): string => (sources[taken++ % sources.length] as () => string)();
  return (count) => Array.from({ length: count }, () => postRequest(next(), { connection }));
}
