import type { Picture } from '../report.ts';
import { colours, line, lineColours, page, round, text, ticksTo, tickText, width } from './page.ts';

export interface Line {
  readonly label: string;
  /** One at each place. */
  readonly values: readonly number[];
}

const [left, right, top, height] = [60, 24, 64, 220];

/** Lines over places at equal distances; `across` says what the places are. */
export function linePicture(
  named: Pick<Picture, 'name' | 'text'>,
  title: string,
  axis: { readonly across: string; readonly places: readonly string[] },
  lines: readonly Line[],
): Picture {
  const ticks = ticksTo(Math.max(...lines.flatMap(({ values }) => values), 0));
  const bottom = top + height;
  const step = (width - left - right) / Math.max(1, axis.places.length - 1);
  const x = (place: number): number => left + place * step;
  const y = (value: number): number => bottom - (value / (ticks.at(-1) || 1)) * height;
  // Of many places every so many has its name, so that they stay apart.
  const every = Math.ceil(axis.places.length / 10);
  const content = [
    ...ticks.flatMap((tick) => [
      line([left, y(tick)], [width - right, y(tick)], colours.rule),
      text(left - 8, y(tick) + 4, tickText(tick), 'end', 'font-size="11"'),
    ]),
    ...axis.places.map((place, index) =>
      index % every === 0 ? text(x(index), bottom + 18, place, 'middle', 'font-size="11"') : '',
    ),
    text((left + width - right) / 2, bottom + 38, axis.across, 'middle', 'font-size="12"'),
    ...lines.flatMap(({ label, values }, index) => {
      const colour = lineColours[index % lineColours.length] as string;
      const points = values.map((value, place) => `${round(x(place))},${round(y(value))}`).join(' ');
      return [
        `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        text(left + index * 220, 46, label, 'start', `fill="${colour}"`),
      ];
    }),
  ];
  return { ...named, svg: page(bottom + 52, title, content.filter(Boolean)) };
}
