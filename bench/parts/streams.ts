/** What streams through the sidecar to the application: processor time, and the most memory that was seen. */
import { download, exchangeMessages, followEvents, upload } from '../load/streams.ts';
import { costOf } from '../measure/processor-time.ts';
import { alternate, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import type { Started } from '../peers/programs.ts';
import { urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Part } from './part.ts';
import { keptHop, passingRows } from './passthrough.ts';

const application = new URL('../peers/streaming-application.ts', import.meta.url).pathname;
const mebibyte = 1024 * 1024;
/** All rounds together send a gibibyte each way. */
const wholeMebibytes = 1024;
const lookEveryMs = 50;

interface Load {
  readonly title: string;
  readonly unit: string;
  readonly count: number;
  readonly send: (port: number, count: number) => Promise<void>;
}

function loadsOf(quick: boolean, rounds: number): readonly Load[] {
  const mebibytes = quick ? 64 : Math.ceil(wholeMebibytes / rounds);
  const inBytes = (send: Load['send']) => (port: number, count: number) => send(port, count * mebibyte);
  return [
    { title: 'An upload', unit: 'a MiB', count: mebibytes, send: inBytes(upload) },
    { title: 'A download', unit: 'a MiB', count: mebibytes, send: inBytes(download) },
    {
      title: 'WebSocket messages of 200 bytes, there and back',
      unit: 'a message',
      count: quick ? 1_000 : 10_000,
      send: exchangeMessages,
    },
    { title: 'Event streams at once', unit: 'a stream', count: quick ? 200 : 1_000, send: followEvents },
  ];
}

export const streams: Part = {
  name: 'streams',
  async run({ programs, rounds, quick }) {
    const started = await programs.start({
      place: 'around',
      words: (port) => [process.execPath, application, String(port)],
    });
    const ways: { title: string; started: Started }[] = [];
    for (const { title, start } of passingRows())
      ways.push({ title, started: await start(programs, urlOf(started)) });
    const tables = [];
    const figures = [];
    for (const load of loadsOf(quick, rounds)) {
      const results = await alternate(ways, rounds, (way) => play(way.started, load));
      const costsOf = (place: number): number[] => (results[place] ?? []).map(({ costUs }) => costUs);
      const hop = costsOf(ways.findIndex(({ title }) => title === keptHop));
      tables.push({
        caption: `${load.title}, ${load.count} (${load.unit}), ${rounds} alternating rounds`,
        columns: ['', `µs ${load.unit} (least-most)`, 'of http-proxy with keep-alive', 'MB at most'],
        rows: ways.map(({ title }, place) => [
          title,
          spreadCell(spreadOf(costsOf(place))),
          threeDigits(ratioOfRounds(costsOf(place), hop)),
          threeDigits(Math.max(...(results[place] ?? []).map(({ residentMB }) => residentMB))),
        ]),
      });
      figures.push({
        title: load.title,
        rows: ways.map(({ title }, place) => ({ title, rounds: results[place] })),
      });
    }
    return { title: 'Streams', tables, verdicts: [], pictures: [], figures };
  },
};

async function play(
  { pid, port }: Started,
  { count, send }: Load,
): Promise<{ costUs: number; residentMB: number }> {
  let residentMB = 0;
  const look = (): void => {
    residentMB = Math.max(residentMB, costOf(pid).residentMB);
  };
  const looking = setInterval(look, lookEveryMs);
  const before = costOf(pid).processorUs;
  try {
    await send(port, count);
  } finally {
    clearInterval(looking);
  }
  look();
  return { costUs: (costOf(pid).processorUs - before) / count, residentMB };
}
