import { indexesFirst } from '../json/order-by-text.ts';
import {
  type Escapes,
  type Layout,
  type Manner,
  type Numbers,
  type Order,
  parseJsonNode,
  writeJsonNode,
} from './rewrite-json.ts';

/**
 * How the standard encoders of other languages write one JSON value: its order, its blanks, its escapes, its numbers.
 * For `explain`, which looks for the way in which a body was signed; much too slow for deliveries.
 */
export interface EncodedText {
  readonly text: string;
  readonly isSorted: boolean;
  /** Ways that have no name (src/json/way.ts); all others can be listed. */
  readonly rewritesNumbers: boolean;
  /** What differs from compact JSON, sorted or as it came, and who writes so. Empty for that itself. */
  readonly differences: readonly string[];
}

/**
 * Each text that some encoder writes of `json`, a valid document, once; the simplest differences first. Of a long
 * document only the simpler ones, so that a search ends within seconds: as many as `maxWritten` characters hold.
 */
export function* textsOfEncoders(json: string): Generator<EncodedText> {
  const seen = new Set<string>();
  const root = parseJsonNode(json);
  const escapes = escapesFor(json);
  const choices = orders.flatMap((order) =>
    layouts.flatMap((layout) =>
      escapes.flatMap((strings) => numbers.map((number) => [order, layout, strings, number] as const)),
    ),
  );
  const count = (choice: (typeof choices)[number]): number => differencesOf(choice).length;
  let written = 0;
  for (const choice of choices.toSorted((a, b) => count(a) - count(b))) {
    const [order, layout, strings, number] = choice;
    const text = writeJsonNode(root, { order, layout, strings, number }, '');
    written += text.length;
    if (written > maxWritten) return;
    if (seen.has(text)) continue;
    seen.add(text);
    const isSorted = order === sorted;
    const rewritesNumbers = number.words !== undefined;
    yield {
      text,
      isSorted,
      rewritesNumbers,
      differences: differencesOf(isSorted ? choice.slice(1) : choice),
    };
  }
}

const maxWritten = 16_000_000;

function differencesOf(choice: readonly Manner[]): readonly string[] {
  return choice.flatMap(({ words }) => words ?? []);
}

const sorted: Order = { words: 'members sorted at every level', sort: byBytes, topOnly: false };

const orders: readonly Order[] = [
  { words: undefined, sort: undefined, topOnly: false },
  sorted,
  { words: "only the outermost members sorted (PHP's ksort)", sort: byBytes, topOnly: true },
  {
    words:
      "members sorted by UTF-16 at every level (JavaScript's sort, Java's TreeMap, .NET's ordinal order)",
    sort: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    topOnly: false,
  },
  {
    words: 'names that are numbers before the others (an object of JavaScript, written again)',
    sort: indexesFirst,
    topOnly: false,
  },
];

const oneLine = { comma: ',', colon: ':', indent: undefined, end: '' };
const indented = (indent: string, words: string): Layout => ({ ...oneLine, colon: ': ', indent, words });

const layouts: readonly Layout[] = [
  { ...oneLine, words: undefined },
  {
    ...oneLine,
    comma: ', ',
    colon: ': ',
    words: "a blank after each comma and colon (Python's json.dumps without separators)",
  },
  { ...oneLine, end: '\n', words: "a line break at its end (Go's json.Encoder, a shell)" },
  indented(
    '  ',
    'indented by two blanks (JSON.stringify(x, null, 2), MarshalIndent, pretty_generate, Gson and Jason pretty)',
  ),
  indented('    ', 'indented by four blanks (JSON_PRETTY_PRINT of PHP, json.dumps with indent=4)'),
  indented('\t', 'indented by tabs'),
];

const marks = '<>&';
const separators = '\\u2028\\u2029';

const allEscapes: readonly Escapes[] = [
  { words: undefined, escaped: undefined, upper: false, lowerFrom: 0, slashes: false },
  manner(
    'escapes in strings resolved (parsed and written again, as JavaScript, Rust, Jackson, Ruby and Elixir write)',
    '',
  ),
  manner(
    'non-ASCII characters written as \\uXXXX (json.dumps without ensure_ascii=False, PHP with JSON_UNESCAPED_SLASHES)',
    '\\u007f-\\uffff',
  ),
  manner(
    'non-ASCII characters as \\uXXXX (JSON_UNESCAPED_SLASHES of PHP, ascii_only of Ruby)',
    '\\u0080-\\uffff',
  ),
  manner(
    'non-ASCII characters as \\uXXXX with capitals (Jackson with ESCAPE_NON_ASCII, Elixir with :unicode_safe)',
    '\\u0080-\\uffff',
    { upper: true },
  ),
  manner(
    "slashes written as \\/ and non-ASCII characters as \\uXXXX (PHP's json_encode)",
    '\\u0080-\\uffff',
    { slashes: true },
  ),
  manner("slashes written as \\/ (PHP's json_encode with JSON_UNESCAPED_UNICODE)", separators, {
    slashes: true,
  }),
  manner('slashes written as \\/', '', { slashes: true }),
  manner("<, > and & written as \\u003c (Go's encoding/json, Rails)", marks + separators),
  manner("<, >, &, = and ' written as \\u003c (Gson)", `${marks}='${separators}`),
  manner('<, >, & with capitals and slashes as \\/ (:html_safe of Elixir)', marks + separators, {
    upper: true,
    slashes: true,
  }),
  manner(
    '<, >, & and quotes with capitals, and slashes as \\/ (JSON_HEX_TAG and the like of PHP)',
    `${marks}'"`,
    { upper: true, slashes: true, lowerFrom: 0x80 },
  ),
  manner('<, >, & and quotes with capitals, without JSON_UNESCAPED_UNICODE', `${marks}'"`, { upper: true }),
  manner(
    '<, >, &, \', ", + and ` and all but ASCII written as \\u003C (System.Text.Json of .NET)',
    `${marks}'"+\`\\u007f-\\uffff`,
    { upper: true },
  ),
  manner('line separators written as \\u2028 (script_safe of Ruby, :javascript_safe of Elixir)', separators),
];

function manner(
  words: string,
  characters: string,
  more: { readonly upper?: boolean; readonly slashes?: boolean; readonly lowerFrom?: number } = {},
): Escapes {
  const all = more.lowerFrom === undefined ? characters : `${characters}\\u0080-\\uffff`;
  const escaped = all === '' ? /(?!)/g : new RegExp(`[${all}]`, 'g');
  const { upper = false, lowerFrom = 0x1_0000, slashes = false } = more;
  return { words, escaped, upper, lowerFrom, slashes };
}

/** Those that can make a difference: most data has nothing to escape at all. */
function escapesFor(json: string): readonly Escapes[] {
  return /[\\/<>&='+`\u007f-\uffff]/.test(json) ? allEscapes : allEscapes.slice(0, 1);
}

const numbers: readonly Numbers[] = [
  { words: undefined, write: (token) => token },
  {
    words: 'numbers parsed and written again as JavaScript and Go do',
    write: (token) => JSON.stringify(Number(token)),
  },
  {
    words: 'numbers with decimals written again with at least one (PHP, Python, Ruby, Elixir, Rust)',
    write: (token) => (/[.eE]/.test(token) ? withDecimal(String(Number(token))) : token),
  },
  {
    words: 'numbers with decimals written again as Java does (Gson, Jackson)',
    write: (token) => (/[.eE]/.test(token) ? asJava(Number(token)) : token),
  },
  {
    words: 'all whole numbers with .0 when they were signed (parsed and written again on the way)',
    write: (token) => (/^-?\d+$/.test(token) ? `${token}.0` : token),
  },
];

function withDecimal(number: string): string {
  return /^-?\d+$/.test(number) ? `${number}.0` : number;
}

/** Double.toString: decimals between 10^-3 and 10^7, otherwise a digit, decimals and `E`. */
function asJava(number: number): string {
  const size = Math.abs(number);
  if (number === 0 || (size >= 1e-3 && size < 1e7)) return withDecimal(String(number));
  const [digits = '', exponent = ''] = number.toExponential().split('e');
  return `${withDecimal(digits)}E${exponent.replace('+', '')}`;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
