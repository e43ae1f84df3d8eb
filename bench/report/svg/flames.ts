import { page, rect, text, title } from './page.ts';

export interface Flame {
  /** Cut to what there is room for. */
  readonly label: string;
  /** Shown under the pointer where the picture is opened by itself. */
  readonly tip: string;
  /** 0 is the lowest row. */
  readonly row: number;
  /** Left edge and width, as shares of the whole. */
  readonly x: number;
  readonly width: number;
  readonly colour: string;
}

export interface Legend {
  readonly label: string;
  readonly colour: string;
}

const [wide, margin, top, rowHeight, fontSize] = [1000, 12, 64, 17, 11];
/** Of a letter of that size, in most fonts: a label that is cut a little too early does no harm. */
const letter = 6.5;
const legendHeight = 18;

/** A flame graph: each row stands on that of its callers. `note` says what a width is. */
export function flamePicture(
  heading: string,
  note: string,
  legend: readonly Legend[],
  flames: readonly Flame[],
): string {
  const rows = Math.max(0, ...flames.map(({ row }) => row)) + 1;
  const { content: legendContent, bottom } = drawLegend(legend);
  const height = bottom + rows * rowHeight + margin;
  const inner = wide - 2 * margin;
  const drawn = flames.map(({ label, tip, row, x, width, colour }) => {
    const left = margin + x * inner;
    const y = height - margin - (row + 1) * rowHeight;
    // Half a pixel of the page between neighbours.
    const box = rect(left, y, width * inner - 0.5, rowHeight - 1, colour);
    const words = cut(label, width * inner - 6);
    return `<g>${title(tip)}${box}${words === '' ? '' : text(left + 3, y + 12, words)}</g>`;
  });
  const content = [
    text(16, 44, note, 'start', 'font-size="12"'),
    ...legendContent,
    `<g font-size="${fontSize}">`,
    ...drawn,
    '</g>',
  ];
  return page(height, heading, content, wide);
}

function drawLegend(legend: readonly Legend[]): { content: string[]; bottom: number } {
  let [x, y] = [16, top];
  const content = legend.flatMap(({ label, colour }) => {
    const length = 18 + label.length * letter + 16;
    if (x + length > wide) [x, y] = [16, y + legendHeight];
    const entry = [
      rect(x, y - 9, 12, 12, colour),
      text(x + 17, y + 1, label, 'start', `font-size="${fontSize}"`),
    ];
    x += length;
    return entry;
  });
  return { content, bottom: y + legendHeight };
}

/** As many letters as `room` pixels have place for; nothing where that would be a letter or two. */
function cut(label: string, room: number): string {
  const letters = Math.floor(room / letter);
  if (label.length <= letters) return label;
  return letters < 4 ? '' : `${label.slice(0, letters - 1)}…`;
}
