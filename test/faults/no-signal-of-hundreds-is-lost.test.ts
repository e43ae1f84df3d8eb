import { expect, test } from 'vitest';
import { canBeFirst, endsOfStarts } from '../support/signalled-starts.ts';

// From when the first line has run, over all of a start and some of what follows it; milliseconds.
const moments = Array.from({ length: 140 }, (_, number) => number * 3);

test.for([false, true])(
  'of 140 SIGTERMs at all moments of a start none is lost (first process: %s)',
  { timeout: 1_200_000 },
  async (first, { skip }) => {
    if (first && !(await canBeFirst())) return skip('unshare --pid may not be called here');
    const ends = await endsOfStarts(moments, { first });
    console.log(
      `first process ${first}: ${ends.length} signals, ${ends.filter((end) => end === 0).length} ends with 0`,
    );
    expect(ends).toEqual(moments.map(() => 0));
  },
);
