/** What the sidecar adds to the application's other traffic, against an http-proxy hop that does nothing else. */
import { getRequest, postRequest } from '../load/requests.ts';
import { measureCosts, type Subject } from '../measure/costs.ts';
import { ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { startGate } from '../peers/gates.ts';
import { startHop } from '../peers/hops.ts';
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

export const passthrough: Part = {
  name: 'passthrough',
  async run({ programs, rounds, quick }) {
    const upstream = urlOf(await startApplication(programs));
    const ways = [
      {
        title: 'hookgate, passthrough',
        started: await startGate(programs, upstream, { env: { HOOKGATE_OTHER_PATHS: 'passthrough' } }),
      },
      { title: 'http-proxy hop, defaults', started: await startHop(programs, 'http-proxy-hop', upstream) },
      {
        title: 'http-proxy hop, keep-alive agent',
        started: await startHop(programs, 'http-proxy-hop', upstream, 'keep-alive'),
      },
    ];
    const subjects: Subject[] = requests.flatMap(({ title, request }) =>
      ways.map((way) => ({
        title: `${title}: ${way.title}`,
        started: way.started,
        nextRound: (count: number) => Array.from({ length: count }, () => request),
        count: quick ? 1000 : 4000,
      })),
    );
    const costs = await measureCosts(subjects, rounds);
    /** The bare hop's row for the same request. */
    const bareOf = (place: number) => costs[place - (place % ways.length) + 1]?.costsUs ?? [];
    const ratio = (place: number): number => ratioOfRounds(costs[place]?.costsUs ?? [], bareOf(place));
    return {
      title: 'Passthrough',
      tables: [
        {
          caption: `Processor time a request that is none of the webhook's, ${rounds} alternating rounds`,
          columns: ['', 'µs (least-most)', 'of http-proxy'],
          rows: costs.map(({ title, costsUs }, place) => [
            title,
            spreadCell(spreadOf(costsUs)),
            threeDigits(ratio(place)),
          ]),
        },
      ],
      verdicts: requests.map(({ title }, index) => ({
        target: `passthrough of a ${title}, of a bare http-proxy hop`,
        limit: 1.1,
        measured: ratio(index * ways.length),
        unit: '',
      })),
      pictures: [],
      figures: costs,
    };
  },
};
