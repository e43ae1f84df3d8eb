/** What it costs to say no, against the price of a delivery. */
import { createEvents, forged } from '../load/events.ts';
import { postRequest } from '../load/requests.ts';
import { type Costs, measureCosts, type Subject } from '../measure/costs.ts';
import { ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { startGate } from '../peers/gates.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Bench, Part } from './part.ts';

/** Of loopback, and not on the allowlist. */
const unlisted = '127.0.0.2';

export const refusals: Part = {
  name: 'refusals',
  async run(bench) {
    const costs = await measureCosts(await subjectsOf(bench), bench.rounds);
    const [delivered, forgedOne, deliveredAnew, forgedAnew, unlistedOne] = costs.map(
      ({ costsUs }) => costsUs,
    );
    return {
      title: 'Refusals',
      tables: [
        {
          caption: `Processor time, events of 800 bytes, embedded store, ${bench.rounds} alternating rounds`,
          columns: ['', 'µs (least-most)', 'of a delivery, kept', 'of a delivery, new connection'],
          rows: costs.map(({ title, costsUs }) => [
            title,
            spreadCell(spreadOf(costsUs)),
            threeDigits(ratioOfRounds(costsUs, delivered ?? [])),
            threeDigits(ratioOfRounds(costsUs, deliveredAnew ?? [])),
          ]),
        },
      ],
      verdicts: [
        {
          target: 'refusing a forged event, of delivering one (kept connections)',
          limit: 0.5,
          measured: ratioOfRounds(forgedOne ?? [], delivered ?? []),
          unit: '',
        },
        {
          target: 'refusing a forged event, of delivering one (a new connection each)',
          limit: 0.5,
          measured: ratioOfRounds(forgedAnew ?? [], deliveredAnew ?? []),
          unit: '',
        },
        {
          target: 'refusing an unlisted address, of delivering one (a new connection each)',
          limit: 0.25,
          measured: ratioOfRounds(unlistedOne ?? [], deliveredAnew ?? []),
          unit: '',
        },
      ],
      pictures: [],
      figures: costs satisfies readonly Costs[],
    };
  },
};

async function subjectsOf({ programs, quick }: Bench): Promise<Subject[]> {
  const started = await startGate(programs, urlOf(await startApplication(programs)));
  const nextEvent = createEvents(800);
  const nextForged = (): string => forged(nextEvent());
  const count = quick ? 1000 : 4000;
  const subject = (title: string, next: () => string, loop: NonNullable<Subject['loop']>): Subject => {
    const connection = loop.connections === 'new' ? 'close' : 'keep-alive';
    const nextRound = (size: number): Buffer[] =>
      Array.from({ length: size }, () => postRequest(next(), { connection }));
    return { title, started, nextRound, count, loop };
  };
  return [
    subject('delivered, kept connections', nextEvent, {}),
    subject('forged, kept connections', nextForged, { status: 401 }),
    subject('delivered, a new connection each', nextEvent, { connections: 'new' }),
    subject('forged, a new connection each', nextForged, { connections: 'new', status: 401 }),
    // The gate closes the connection of such a sender, so there is no kept one.
    subject('unlisted, a new connection each', nextEvent, {
      connections: 'new',
      status: 403,
      from: unlisted,
    }),
  ];
}
