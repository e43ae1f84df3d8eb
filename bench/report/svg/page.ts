/** The pieces that the pictures share: a page, text, and a scale with round numbers. */
import { threeDigits } from '../markdown.ts';

export const width = 760;
export const colours = {
  own: '#0b6e4f',
  other: '#8a9ba8',
  light: '#b9d8cd',
  otherLight: '#d5dde3',
  rule: '#d0d7de',
};
export const lineColours = ['#0b6e4f', '#b4541a', '#3b5b92', '#8a3b78'];

/** White behind it, so that it is read in a dark page too. */
export function page(height: number, heading: string, content: readonly string[], wide = width): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${height}" width="${wide}" height="${height}" font-family="sans-serif" font-size="13" fill="#1f2328">`,
    title(heading),
    `<rect width="${wide}" height="${height}" fill="#fff"/>`,
    text(16, 24, heading, 'start', 'font-weight="bold" font-size="15"'),
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

/** What a browser shows under the pointer; of the page itself, its name. */
export function title(words: string): string {
  return `<title>${escaped(words)}</title>`;
}

export function text(
  x: number,
  y: number,
  words: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  attributes = '',
): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(words)}</text>`;
}

export function rect(x: number, y: number, wide: number, high: number, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, wide))}" height="${round(high)}" fill="${fill}"/>`;
}

export function line(from: readonly [number, number], to: readonly [number, number], stroke: string): string {
  return `<line x1="${round(from[0])}" y1="${round(from[1])}" x2="${round(to[0])}" y2="${round(to[1])}" stroke="${stroke}"/>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** From 0 to the first round number that is not less than `most`, in four or five steps. */
export function ticksTo(most: number): number[] {
  const rough = Math.max(most, 1e-9) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * size >= rough) ?? 10) * size;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}

export function tickText(value: number): string {
  return Number.isInteger(value) ? String(value) : threeDigits(value);
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
