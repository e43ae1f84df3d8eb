import { threeDigits } from '../markdown.ts';
import type { Picture } from '../report.ts';
import { colours, line, page, rect, text, ticksTo, tickText, width } from './page.ts';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** A part of it that is drawn darker. */
  readonly inner?: number;
  /** The gate's own bars have another colour. */
  readonly own: boolean;
}

const [left, right, top, rowHeight] = [290, 70, 44, 26];

/** Whether a row's title names the gate. */
export function isOwn(title: string): boolean {
  return title.startsWith('hookgate');
}

/** One bar a row, in the order given; what is under zero is drawn as zero. */
export function barPicture(
  named: Pick<Picture, 'name' | 'text'>,
  title: string,
  bars: readonly Bar[],
): Picture {
  const ticks = ticksTo(Math.max(...bars.map(({ value }) => value), 0));
  const perUnit = (width - left - right) / (ticks.at(-1) || 1);
  const bottom = top + bars.length * rowHeight;
  const at = (value: number): number => left + Math.max(0, value) * perUnit;
  const content = [
    ...ticks.flatMap((tick) => [
      line([at(tick), top], [at(tick), bottom], colours.rule),
      text(at(tick), bottom + 18, tickText(tick), 'middle', 'font-size="11"'),
    ]),
    ...bars.flatMap(({ label, value, inner, own }, row) => {
      const y = top + row * rowHeight;
      const [dark, light] = own ? [colours.own, colours.light] : [colours.other, colours.otherLight];
      return [
        text(left - 8, y + 17, label, 'end'),
        rect(left, y + 4, at(value) - left, rowHeight - 8, inner === undefined ? dark : light),
        ...(inner === undefined ? [] : [rect(left, y + 4, at(inner) - left, rowHeight - 8, dark)]),
        text(at(value) + 6, y + 17, threeDigits(value), 'start', 'font-size="12"'),
      ];
    }),
  ];
  return { ...named, svg: page(bottom + 30, title, content) };
}
