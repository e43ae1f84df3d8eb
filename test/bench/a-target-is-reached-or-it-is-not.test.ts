import { expect, test } from 'vitest';
import { alternate, quantile, ratioOfRounds, spreadOf } from '../../bench/measure/rounds.ts';
import { type CostRow, costTable, costVerdicts } from '../../bench/report/cost-table.ts';
import { type LatencyRow, latencyVerdicts } from '../../bench/report/latency-table.ts';
import { renderTargets } from '../../bench/report/markdown.ts';
import { outcomeOf } from '../../bench/report/report.ts';

function costRow(name: CostRow['name'], costsUs: readonly number[], busy = 1): CostRow {
  return { name, title: name, costsUs, perSecond: spreadOf([5000]), busy: spreadOf([busy]) };
}

test('a ratio is taken round by round, so that a slow machine weighs on both sides', () => {
  // In the second round the machine was three times as slow.
  expect(ratioOfRounds([50, 150, 52], [100, 300, 104])).toBe(0.5);
});

test('the verdicts of the cost table are ratios to the peer that each load names', () => {
  const rows = [
    costRow('embedded', [60, 60, 60]),
    costRow('memory', [45, 45, 45]),
    costRow('http-proxy', [120, 120, 120]),
    costRow('http-proxy-kept', [50, 50, 50]),
    costRow('express', [100, 100, 100]),
    costRow('nginx-lua', [20, 20, 20]),
  ];
  const usual = costVerdicts(rows, { bytes: 800, connections: 'kept' });
  const anew = costVerdicts(rows, { bytes: 800, connections: 'new' });
  const long = costVerdicts(rows, { bytes: 65_536, connections: 'kept' });

  expect(usual.map(({ measured }) => measured)).toEqual([1.2, 0.9, 0.6, 15]);
  expect(usual.map(outcomeOf)).toEqual(['reached', 'reached', 'reached', 'reached']);
  expect([anew, long].map(([verdict]) => verdict?.measured)).toEqual([0.5, 3]);
  expect(costVerdicts(rows, { bytes: 4096, connections: 'kept' })).toEqual([]);
});

test('what a missing peer would have decided is not measured, and never reached', () => {
  const verdicts = costVerdicts([costRow('embedded', [60])], { bytes: 800, connections: 'kept' });

  expect(verdicts.map(outcomeOf)).toEqual(verdicts.map(() => 'not measured'));
  expect(renderTargets(verdicts)).not.toContain('NaN');
});

test('a target stands beside a bare hop of Node where one was measured with it', () => {
  const rows = [costRow('embedded', [60]), costRow('http-proxy', [120]), costRow('node', [90])];
  const beside = renderTargets(costVerdicts(rows, { bytes: 800, connections: 'new' }));
  const alone = renderTargets([{ target: 'a start', limit: 300, measured: 200, unit: 'ms' }]);

  expect(beside).toMatch(/\|\s+a bare hop of Node \|[\s\S]*\|\s+0\.50 \|\s+reached \|\s+0\.75 \|/);
  expect(alone).not.toContain('a bare hop');
});

test('a target stands beside its floor where one was measured with it', () => {
  const rows = [costRow('embedded', [60]), costRow('http-proxy', [120]), costRow('floor', [30])];
  const [event] = costVerdicts(rows, { bytes: 800, connections: 'new' });
  const target = { target: 'a start', limit: 1.7, measured: 4, unit: '' };
  const beside = renderTargets([
    { ...target, floor: 2 },
    { ...target, bareHop: 1 },
  ]);
  const withoutFloor = renderTargets([{ ...target, bareHop: 1 }]);

  expect(event?.floor).toBe(0.25);
  expect(beside).toMatch(/\| a bare hop of Node \| the floor on Node \|/);
  expect(beside).toMatch(/\| not reached \| +\| +2\.00 \|\n.*\| not reached \| +1\.00 \| +\|$/);
  expect(withoutFloor).not.toContain('the floor');
});

test('a rate that the core did not limit is a lower bound', () => {
  const { rows } = costTable('', [costRow('embedded', [60]), costRow('nginx', [20], 0.5)]);

  expect(rows.map((row) => row.at(-1))).toEqual(['5000', '> 5000']);
});

test("the application's own time is no part of what a hop adds, and the disk's is allowed for", () => {
  const rows: LatencyRow[] = [
    { name: 'direct', title: '', rounds: [[0.2, 1, 2]] },
    { name: 'embedded', title: '', rounds: [[0.9, 5, 10]] },
    { name: 'fsync', title: '', rounds: [[0.3, 3.5, 4]] },
  ];

  const measuredAt = (perSecond: number) => latencyVerdicts(rows, perSecond).map(({ measured }) => measured);

  expect([measuredAt(1000), measuredAt(50)]).toEqual([[0.5, 8], [0.5]]);
});

test('a machine on which the application alone is slow decides no target of latency', () => {
  const rows: LatencyRow[] = [
    { name: 'direct', title: '', rounds: [[0.2, 30, 40]] },
    { name: 'embedded', title: '', rounds: [[0.9, 20, 30]] },
    { name: 'fsync', title: '', rounds: [[0.3, 3.5, 4]] },
  ];

  expect(latencyVerdicts(rows, 1000).map(outcomeOf)).toEqual(['not measured', 'not measured']);
});

test('a quantile is a value that was seen', () => {
  const values = Array.from({ length: 1000 }, (_, index) => 1000 - index);

  expect([0.5, 0.99, 0.999, 1].map((share) => quantile(values, share))).toEqual([500, 990, 999, 1000]);
});

test('the rows take turns in both directions, and the round that warms up does not count', async () => {
  const played: string[] = [];

  const results = await alternate([{ title: 'a' }, { title: 'b' }], 2, async ({ title }, round) => {
    played.push(`${title}${round}`);
    return round;
  });

  expect(played).toEqual(['b-1', 'a-1', 'a0', 'b0', 'b1', 'a1']);
  expect(results).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test('a round that is played again does not count, nor does any other row of it', async () => {
  let calls = 0;
  const judged: (readonly string[])[] = [];

  const results = await alternate(
    [{ title: 'a' }, { title: 'b' }],
    2,
    async ({ title }, round) => `${title}${round} ${calls++}`,
    (played) => judged.push(played) === 2,
  );

  expect(judged).toEqual([
    ['a0 2', 'b0 3'],
    ['a1 5', 'b1 4'],
    ['a1 7', 'b1 6'],
  ]);
  expect(results).toEqual([
    ['a0 2', 'a1 7'],
    ['b0 3', 'b1 6'],
  ]);
});
