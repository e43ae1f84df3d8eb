/** What Node takes for an event before a line of the gate has run: how far a faster gate could come. */
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, measureCosts } from '../measure/costs.ts';
import { ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { atHand, type Startable } from '../peers/contenders.ts';
import { startHop } from '../peers/hops.ts';
import { startApplication, startNodesOwn, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Part } from './part.ts';

const bare: readonly Startable[] = [
  {
    title: 'bytes from socket to socket, no HTTP',
    start: (programs, upstream) => startHop(programs, 'socket-hop', upstream),
  },
  {
    title: 'the same, and an HMAC of them',
    start: (programs, upstream) => startHop(programs, 'socket-hop', upstream, 'checksum'),
  },
  {
    title: 'node:http alone: reads the event, answers it by itself',
    start: (programs) => startNodesOwn(programs, 'measured'),
  },
  {
    title: 'a strict first reader alone: the same, without node:http',
    start: (programs) => startHop(programs, 'first-reader', ''),
  },
  {
    title: 'node:http, and a client on bare sockets',
    start: (programs, upstream) => startHop(programs, 'socket-client-hop', upstream),
  },
];
const comparedWith = {
  'http-proxy-kept': 'of http-proxy with keep-alive',
  'nginx-lua': 'of nginx+Lua',
} as const;

export const floor: Part = {
  name: 'floor',
  async run({ programs, rounds, quick }) {
    const upstream = urlOf(await startApplication(programs));
    const peers = atHand(['memory', 'undici', 'http-proxy-kept', 'nginx-lua']);
    const nextRound = eventsOf(800);
    const count = quick ? 1000 : 4000;
    const subjects = [];
    for (const { title, start } of [...bare, ...peers]) {
      subjects.push({ title, started: await start(programs, upstream), nextRound, count });
    }
    const costs = await measureCosts(subjects, rounds);
    const costsOf = (name: string): readonly number[] =>
      costs[bare.length + peers.findIndex((peer) => peer.name === name)]?.costsUs ?? [];
    return {
      title: 'The floor',
      tables: [
        {
          caption: `Events of 800 bytes, kept connections, ${concurrency} at once; ${rounds} alternating rounds of ${count}`,
          columns: ['', 'µs (least-most)', ...Object.values(comparedWith)],
          rows: costs.map(({ title, costsUs }) => [
            title,
            spreadCell(spreadOf(costsUs)),
            ...Object.keys(comparedWith).map((name) => threeDigits(ratioOfRounds(costsUs, costsOf(name)))),
          ]),
        },
      ],
      verdicts: [],
      pictures: [],
      figures: costs,
    };
  },
};
