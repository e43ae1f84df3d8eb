import type { Costs } from '../measure/costs.ts';
import { differenceOfRounds, median, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import type { ContenderName } from '../peers/contenders.ts';
import { spreadCell, threeDigits } from './markdown.ts';
import type { Picture, Table, Verdict } from './report.ts';
import { barPicture, isOwn } from './svg/bars.ts';

export interface CostRow extends Costs {
  readonly name: ContenderName | 'floor';
}

/** Under this share the program's core was not what limited the rate. */
const fullShare = 0.9;

const compared = [
  { name: 'http-proxy', column: 'of http-proxy' },
  { name: 'http-proxy-kept', column: 'of it with keep-alive' },
  { name: 'nginx-lua', column: 'of nginx+Lua' },
] as const;

export function costTable(caption: string, rows: readonly CostRow[]): Table {
  return {
    caption,
    columns: ['', 'µs (least-most)', ...compared.map(({ column }) => column), 'events/s'],
    rows: rows.map((row) => [
      row.title,
      spreadCell(spreadOf(row.costsUs)),
      ...compared.map(({ name }) => threeDigits(ratioTo(rows, row.name, name))),
      `${row.busy.median < fullShare ? '> ' : ''}${Math.round(row.perSecond.median)}`,
    ]),
  };
}

export function costPicture(caption: string, rows: readonly CostRow[]): Picture {
  const text = `Processor time an event. ${caption}`;
  return barPicture(
    { name: 'processor-time', text },
    'Processor time an event, µs',
    rows.map(({ title, costsUs }) => ({ label: title, value: median(costsUs), own: isOwn(title) })),
  );
}

/** The targets that a load decides: events of so many bytes, over such connections. */
export function costVerdicts(
  rows: readonly CostRow[],
  { bytes, connections }: { readonly bytes: number; readonly connections: 'kept' | 'new' },
): Verdict[] {
  const of = (own: ContenderName, other: ContenderName, target: string, limit: number): Verdict => ({
    target: `processor time of an event, ${target}`,
    limit,
    measured: ratioTo(rows, own, other),
    unit: '',
    bareHop: ratioTo(rows, 'node', other),
    floor: ratioTo(rows, 'floor', other),
  });
  if (bytes > 60_000 && connections === 'kept')
    return [of('embedded', 'nginx-lua', '64 KiB, kept connection, of nginx with Lua', 2)];
  if (bytes !== 800) return [];
  if (connections === 'new')
    return [of('embedded', 'http-proxy', 'new connection, of a bare http-proxy hop', 1)];
  return [
    of('embedded', 'http-proxy-kept', 'kept connection, of an http-proxy hop with a keep-alive agent', 1.2),
    of('memory', 'http-proxy-kept', 'the same with the memory store', 0.9),
    of('embedded', 'express', 'kept connection, of a sidecar by hand with Express and a memory', 1),
    {
      target: 'what the embedded store adds to an event',
      limit: 20,
      measured: differenceOfRounds(costsOf(rows, 'embedded'), costsOf(rows, 'memory')),
      unit: 'µs',
    },
  ];
}

/** NaN where one of the two was not measured. */
function ratioTo(rows: readonly CostRow[], name: CostRow['name'], other: ContenderName): number {
  return ratioOfRounds(costsOf(rows, name), costsOf(rows, other));
}

function costsOf(rows: readonly CostRow[], name: CostRow['name']): readonly number[] {
  return rows.find((row) => row.name === name)?.costsUs ?? [];
}
