import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { PairCounter } from '../../src/metrics/pair-counter.ts';
import { PairHistogram } from '../../src/metrics/pair-histogram.ts';

const bounds = [0.001, 0.01, 0.1, 1];
const observed = [0, 0.001, 0.0010001, 0.05, 0.1, 0.7, 1, 1.5, 100];
const odd = 'a"b\\c\nd';

test('a counter reads as one of prom-client does', async () => {
  const theirs = new Registry();
  const counter = new Counter({
    name: 'c_total',
    help: 'Help.',
    labelNames: ['route', 'outcome'],
    registers: [theirs],
  });
  const ours = registryOf(new PairCounter('c_total', 'Help.', ['route', 'outcome']), (pair) => {
    for (const [route, outcome, times] of counts) {
      pair.zero(route, outcome);
      for (let time = 0; time < times; time++) pair.inc(route, outcome);
    }
    pair.inc('gone', 'gone');
    pair.remove('gone', 'gone');
  });
  for (const [route, outcome, times] of counts) counter.inc({ route, outcome }, times);
  expect(await linesOf(ours)).toEqual(await linesOf(theirs));
});

test('a histogram reads as one of prom-client does', async () => {
  const theirs = new Registry();
  const histogram = new Histogram({
    name: 'h_seconds',
    help: 'Help.',
    labelNames: ['route', 'outcome'],
    buckets: bounds,
    registers: [theirs],
  });
  const ours = registryOf(new PairHistogram('h_seconds', 'Help.', ['route', 'outcome'], bounds), (pair) => {
    for (const [route, outcome, times] of counts) {
      pair.zero(route, outcome);
      for (const value of observed.slice(0, times)) pair.observe(value, route, outcome);
    }
  });
  for (const [route, outcome, times] of counts) {
    histogram.zero({ route, outcome });
    for (const value of observed.slice(0, times)) histogram.observe({ route, outcome }, value);
  }
  expect(await linesOf(ours)).toEqual(await linesOf(theirs));
});

test('so does one without labels', async () => {
  const theirs = new Registry();
  const histogram = new Histogram({ name: 'h_seconds', help: 'Help.', buckets: bounds, registers: [theirs] });
  const ours = registryOf(new PairHistogram('h_seconds', 'Help.', [], bounds), (pair) => {
    pair.zero();
    for (const value of observed) pair.observe(value);
  });
  for (const value of observed) histogram.observe(value);
  expect(await linesOf(ours)).toEqual(await linesOf(theirs));
});

const counts = [
  ['juicyway', 'forwarded', 9],
  ['juicyway', 'rejected', 0],
  [odd, 'forwarded', 1],
] as const;

function registryOf<M extends PairCounter<string, string> | PairHistogram>(
  metric: M,
  fill: (metric: M) => void,
): Registry {
  const registry = new Registry();
  registry.registerMetric(metric as never);
  fill(metric);
  return registry;
}

/** Sorted, since neither the order of series nor that of labels means anything. */
async function linesOf(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text
    .split('\n')
    .map((line) =>
      line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(/,(?=\w+=)/).toSorted()}}`),
    )
    .toSorted();
}
