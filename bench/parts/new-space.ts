/** What a gate takes with one space for new objects or another: V8 collects in a larger one less often, and keeps it. */
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, measureCosts } from '../measure/costs.ts';
import { memoryOf } from '../measure/memory.ts';
import { spreadOf } from '../measure/rounds.ts';
import type { Startable } from '../peers/contenders.ts';
import { bin, imageSettings, startGate } from '../peers/gates.ts';
import { collectingOf, profileEvents } from '../profile/profile-events.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Table } from '../report/report.ts';
import type { Bench } from './part.ts';

const flag = '--max-semi-space-size=';
const sizesMiB = [1, 2, 4, 8, 16];
const eventsARound = 4000;

interface NewSpace {
  readonly title: string;
  /** Per cent of the main thread's time. */
  readonly collecting: number;
  /** All threads, also those that help V8 to collect; one a round. */
  readonly costsUs: readonly number[];
  readonly residentMB: number;
}

/** With the memory store. `count` events each under the profiler, and as many rounds as usual without it. */
export async function measureNewSpaces(
  { programs, rounds, quick }: Bench,
  upstream: string,
  count: number,
): Promise<NewSpace[]> {
  const subjects = sizesMiB.map(gateWith);
  const running = [];
  for (const { title, start } of subjects) running.push({ title, started: await start(programs, upstream) });
  const nextRound = eventsOf(800);
  const costs = await measureCosts(
    running.map((each) => ({ ...each, nextRound, count: quick ? eventsARound / 4 : eventsARound })),
    rounds,
  );
  const rows: NewSpace[] = [];
  for (const [place, { title, started }] of running.entries()) {
    const { residentMB } = memoryOf(started.pid);
    await programs.end(started);
    const collecting = collectingOf(
      await profileEvents(subjects[place] as Startable, programs, upstream, { count }),
    );
    rows.push({ title, collecting, costsUs: costs[place]?.costsUs ?? [], residentMB });
  }
  return rows;
}

function gateWith(sizeMiB: number): Startable {
  const settings = imageSettings();
  const size = `${flag}${sizeMiB}`;
  return {
    title: `${sizeMiB} MiB${settings.includes(size) ? ', as in the image' : ''}`,
    start: (programs, upstream) =>
      startGate(programs, upstream, {
        program: [...settings.map((word) => (word.startsWith(flag) ? size : word)), bin, 'serve'],
        env: { HOOKGATE_DUPLICATES_STORE: 'memory' },
      }),
  };
}

export function newSpacesTable(rows: readonly NewSpace[], rounds: number): Table {
  return {
    caption: `The gate with the memory store by V8's space for new objects (\`${flag}\`): the share of the main thread's time that collecting takes, processor time of an event in ${rounds} alternating rounds, ${concurrency} at once, and memory after the last of them (MB of a million bytes)`,
    columns: ['', 'collecting, %', 'µs an event (least-most)', 'MB resident'],
    rows: rows.map(({ title, collecting, costsUs, residentMB }) => [
      title,
      threeDigits(collecting),
      spreadCell(spreadOf(costsUs)),
      threeDigits(residentMB),
    ]),
  };
}
