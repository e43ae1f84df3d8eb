/** What Node takes for an event before a line of the gate has run: how far a faster gate could come. */
import { eventsOf } from '../load/signed-requests.ts';
import { type Costs, concurrency, measureCosts, type Subject } from '../measure/costs.ts';
import { ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { atHand, nodeAlone, nodeAndSocketClient, type Startable } from '../peers/contenders.ts';
import { startHop } from '../peers/hops.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { sizeOf, spreadCell, threeDigits } from '../report/markdown.ts';
import type { Table } from '../report/report.ts';
import type { Part } from './part.ts';
import { measureStores, storesTable } from './store-floor.ts';

const bare: readonly Startable[] = [
  {
    title: 'bytes from socket to socket, no HTTP',
    start: (programs, upstream) => startHop(programs, 'socket-hop', upstream),
  },
  {
    title: 'the same, and an HMAC of them',
    start: (programs, upstream) => startHop(programs, 'socket-hop', upstream, 'checksum'),
  },
  nodeAlone,
  {
    title: 'a strict first reader alone: the same, without node:http',
    start: (programs) => startHop(programs, 'first-reader', ''),
  },
  nodeAndSocketClient,
];
const comparedWith = {
  'http-proxy-kept': 'of http-proxy with keep-alive',
  'nginx-lua': 'of nginx+Lua',
} as const;

const loads = [
  { bytes: 800, count: 4000 },
  { bytes: 64 * 1024, count: 400 },
];

export const floor: Part = {
  name: 'floor',
  async run(bench) {
    const { programs, rounds, quick } = bench;
    const upstream = urlOf(await startApplication(programs));
    const peers = atHand(['memory', 'undici', 'http-proxy-kept', 'nginx-lua']);
    const started: Pick<Subject, 'title' | 'started'>[] = [];
    for (const { title, start } of [...bare, ...peers])
      started.push({ title, started: await start(programs, upstream) });
    const measured: { caption: string; costs: readonly Costs[] }[] = [];
    for (const { bytes, count } of loads) {
      const counted = quick ? count / 4 : count;
      const nextRound = eventsOf(bytes);
      const costs = await measureCosts(
        started.map((each) => ({ ...each, nextRound, count: counted })),
        rounds,
      );
      const caption = `Events of ${sizeOf(bytes)}, kept connections, ${concurrency} at once; ${rounds} alternating rounds of ${counted}`;
      measured.push({ caption, costs });
    }
    const stores = await measureStores(bench);
    const tableOf = ({ caption, costs }: (typeof measured)[number]): Table => {
      const costsOf = (name: string): readonly number[] =>
        costs[bare.length + peers.findIndex((peer) => peer.name === name)]?.costsUs ?? [];
      return {
        caption,
        columns: ['', 'µs (least-most)', ...Object.values(comparedWith)],
        rows: costs.map(({ title, costsUs }) => [
          title,
          spreadCell(spreadOf(costsUs)),
          ...Object.keys(comparedWith).map((name) => threeDigits(ratioOfRounds(costsUs, costsOf(name)))),
        ]),
      };
    };
    return {
      title: 'The floor',
      tables: [...measured.map(tableOf), storesTable(stores, rounds)],
      verdicts: [],
      pictures: [],
      figures: { measured, stores },
    };
  },
};
