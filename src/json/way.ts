/**
 * A way of writing a JSON value, as encoders differ: the order and the blanks, and how strings are escaped. Numbers
 * stay as they were written in every way; ways that rewrite numbers have no name.
 */
export interface Way {
  /** In its usual spelling, such as `sorted+spaced+ascii`. */
  readonly name: string;
  readonly order: WayOrder;
  /** A blank after every comma and colon, as Python's json.dumps writes. */
  readonly spaced: boolean;
  /** What each level is indented by, on lines of their own; in one line where it is left out. */
  readonly indent?: string;
  /** A line break behind it all. */
  readonly newline?: boolean;
  /** Undefined: strings stay as they were written. */
  readonly strings: StringManner | undefined;
}

/**
 * `received` and `compact` leave the order; `sorted` is by the bytes of names, `sorted-top` on the first level only;
 * `sorted-utf16` is JavaScript's sort and Java's TreeMap; `indexes-first` an object of JavaScript, written again.
 */
const wayOrders = ['received', 'compact', 'sorted', 'sorted-top', 'sorted-utf16', 'indexes-first'] as const;
export type WayOrder = (typeof wayOrders)[number];

/** How strings are written anew, after all escapes were resolved; what JSON demands is always escaped. */
export interface StringManner {
  /** Everything but printable ASCII as \uXXXX. */
  readonly ascii: boolean;
  /** `/` as `\/`. */
  readonly slashes: boolean;
  /** `<`, `>`, `&`, U+2028 and U+2029 as \uXXXX. */
  readonly html: boolean;
  /** Of the digits in \uXXXX. */
  readonly upper: boolean;
  /** U+0080 and above as \uXXXX, while U+007F stays. */
  readonly nonAscii?: boolean;
  /** U+2028 and U+2029 as \uXXXX. */
  readonly separators?: boolean;
  /** Further characters of ASCII as \uXXXX. */
  readonly marks?: string;
  /** The digits of those alone in upper case. */
  readonly upperMarks?: boolean;
}

/** In the order in which a way's usual spelling has them, with who writes so. */
export const wayModifiers: Readonly<Record<string, string>> = {
  spaced: "a blank after each comma and colon (Python's json.dumps without separators)",
  indented2: 'indented by two blanks (JSON.stringify(x, null, 2), MarshalIndent, pretty_generate)',
  indented4: 'indented by four blanks (JSON_PRETTY_PRINT of PHP, json.dumps with indent=4)',
  tabs: 'indented by tabs',
  newline: "a line break at its end (Go's json.Encoder, a shell)",
  unescaped: 'escapes in strings resolved (parsed and written again)',
  ascii: 'non-ASCII characters written as \\uXXXX (json.dumps without ensure_ascii=False, PHP by default)',
  'non-ascii':
    'non-ASCII characters but not U+007F as \\uXXXX (JSON_UNESCAPED_SLASHES of PHP, ascii_only of Ruby, Jackson)',
  slashes: "slashes written as \\/ (PHP's json_encode without JSON_UNESCAPED_SLASHES)",
  html: "<, > and & written as \\uXXXX (Go's encoding/json)",
  gson: "<, >, &, = and ' written as \\uXXXX (Gson)",
  quotes: '<, >, & and quotes written as \\u003C (JSON_HEX_TAG and the like of PHP)',
  dotnet: 'all but plain ASCII written as \\u003C (System.Text.Json of .NET)',
  separators: 'line separators written as \\u2028 (JSON_UNESCAPED_UNICODE of PHP, script_safe of Ruby)',
  upper: 'the digits of \\uXXXX in upper case',
};

/** What excludes each other, or is said already by another word. */
const oneOf: readonly (readonly string[])[] = [
  ['spaced', 'indented2', 'indented4', 'tabs'],
  ['ascii', 'non-ascii', 'separators', 'dotnet'],
  ['html', 'gson', 'quotes', 'dotnet'],
  ['html', 'gson', 'separators'],
  ['upper', 'lower', 'dotnet'],
];

const indents: Readonly<Record<string, string>> = { indented2: '  ', indented4: '    ', tabs: '\t' };

/** Reads a way's name, its modifiers in any order; undefined where it is none. `+lower` is the default said aloud. */
export function parseWay(text: string): Way | undefined {
  const [base, ...words] = text.split('+');
  const order = wayOrders.find((name) => name === base);
  if (order === undefined || new Set(words).size !== words.length) return undefined;
  if (words.some((word) => word !== 'lower' && !Object.hasOwn(wayModifiers, word))) return undefined;
  const has = (word: string): boolean => words.includes(word);
  if (oneOf.some((group) => group.filter(has).length > 1)) return undefined;
  const writesHex = ['ascii', 'non-ascii', 'html', 'gson', 'separators'].some(has);
  if ((has('upper') || has('lower')) && !writesHex) return undefined;
  const writesMore = writesHex || ['slashes', 'quotes', 'dotnet'].some(has);
  // Where strings are written in a manner of their own, that their escapes were resolved before is no news.
  const shown = Object.keys(wayModifiers).filter(
    (word) => has(word) && !(word === 'unescaped' && writesMore),
  );
  const indent = Object.entries(indents).find(([word]) => has(word))?.[1];
  return {
    name: [order, ...shown].join('+'),
    order,
    spaced: has('spaced'),
    ...(indent === undefined ? {} : { indent }),
    ...(has('newline') ? { newline: true } : {}),
    strings: has('unescaped') || writesMore ? mannerOf(has) : undefined,
  };
}

function mannerOf(has: (word: string) => boolean): StringManner {
  const marks = has('gson') ? "='" : has('quotes') ? '<>&\'"' : has('dotnet') ? '\'"+`' : '';
  return {
    ascii: has('ascii') || has('dotnet'),
    slashes: has('slashes'),
    html: has('html') || has('gson') || has('dotnet'),
    upper: has('upper') || has('dotnet'),
    ...(has('non-ascii') ? { nonAscii: true } : {}),
    ...(has('separators') ? { separators: true } : {}),
    ...(marks === '' ? {} : { marks, upperMarks: has('quotes') }),
  };
}

/** Every way that has a name, the plain ones first and then by the number of modifiers. */
export function allWays(): Way[] {
  const names = new Set<string>();
  const choose = (words: readonly string[], rest: readonly string[]): void => {
    for (const order of wayOrders) {
      const way = parseWay([order, ...words].join('+'));
      if (way !== undefined) names.add(way.name);
    }
    for (const [index, word] of rest.entries()) {
      const next = [...words, word];
      if (!oneOf.some((group) => group.filter((one) => next.includes(one)).length > 1)) {
        choose(next, rest.slice(index + 1));
      }
    }
  };
  choose([], Object.keys(wayModifiers));
  const ways = [...names].map((name) => parseWay(name) as Way);
  return ways.sort((a, b) => a.name.split('+').length - b.name.split('+').length);
}
