/** What the sidecar adds to the application's other traffic, against hops that do nothing else. */
import { getRequest, postRequest } from '../load/requests.ts';
import { measureCosts, type Subject } from '../measure/costs.ts';
import { ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { atHand, type Startable } from '../peers/contenders.ts';
import { startGate } from '../peers/gates.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Part } from './part.ts';

const elsewhere = '/api/orders';
const requests = [
  { title: 'GET', request: getRequest(elsewhere) },
  {
    title: 'POST of 4 KiB',
    request: postRequest(JSON.stringify({ text: 'x'.repeat(4 * 1024 - 11) }), { to: elsewhere }),
  },
];

/** The gate as a sidecar, and what passes everything on. The second has kept connections, as an application would have. */
export function passingRows(): readonly Startable[] {
  const gate: Startable = {
    title: 'hookgate, passthrough',
    start: (programs, upstream) =>
      startGate(programs, upstream, { env: { HOOKGATE_OTHER_PATHS: 'passthrough' } }),
  };
  return [gate, ...atHand(['http-proxy-kept', 'http-proxy', 'httpxy', 'haproxy'])];
}
/** Of the rows of `passingRows`. */
export const keptHop = 'http-proxy hop, keep-alive agent';

export const passthrough: Part = {
  name: 'passthrough',
  async run({ programs, rounds, quick }) {
    const upstream = urlOf(await startApplication(programs));
    const ways = [];
    for (const { title, start } of passingRows())
      ways.push({ title, started: await start(programs, upstream) });
    const tables = [];
    const verdicts = [];
    const figures = [];
    for (const { title, request } of requests) {
      const subjects: Subject[] = ways.map((way) => ({
        ...way,
        nextRound: (count: number) => Array.from({ length: count }, () => request),
        count: quick ? 1000 : 4000,
      }));
      const costs = await measureCosts(subjects, rounds);
      const hop = costs.find((row) => row.title === keptHop)?.costsUs ?? [];
      tables.push({
        caption: `Processor time a ${title} that is none of the webhook's, kept connections, ${rounds} alternating rounds`,
        columns: ['', 'µs (least-most)', 'of http-proxy with keep-alive'],
        rows: costs.map((row) => [
          row.title,
          spreadCell(spreadOf(row.costsUs)),
          threeDigits(ratioOfRounds(row.costsUs, hop)),
        ]),
      });
      verdicts.push({
        target: `passthrough of a ${title}, of an http-proxy hop with a keep-alive agent`,
        limit: 1.1,
        measured: ratioOfRounds(costs[0]?.costsUs ?? [], hop),
        unit: '',
      });
      figures.push({ title, costs });
    }
    return { title: 'Passthrough', tables, verdicts, pictures: [], figures };
  },
};
