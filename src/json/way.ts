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
  /** Undefined: strings stay as they were written. */
  readonly strings: StringManner | undefined;
}

export const wayOrders = ['received', 'compact', 'sorted', 'sorted-top'] as const;
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
}

/** In the order in which a way's usual spelling has them, with who writes so. */
export const wayModifiers: Readonly<Record<string, string>> = {
  spaced: "a blank after each comma and colon (Python's json.dumps without separators)",
  unescaped: 'escapes in strings resolved (parsed and written again)',
  ascii: 'non-ASCII characters written as \\uXXXX (json.dumps without ensure_ascii=False, PHP by default)',
  slashes: "slashes written as \\/ (PHP's json_encode without JSON_UNESCAPED_SLASHES)",
  html: "<, > and & written as \\uXXXX (Go's encoding/json)",
  upper: 'the digits of \\uXXXX in upper case',
};

/** Reads a way's name, its modifiers in any order; undefined where it is none. `+lower` is the default said aloud. */
export function parseWay(text: string): Way | undefined {
  const [base, ...words] = text.split('+');
  const order = wayOrders.find((name) => name === base);
  if (order === undefined || new Set(words).size !== words.length) return undefined;
  if (words.some((word) => word !== 'lower' && !Object.hasOwn(wayModifiers, word))) return undefined;
  const has = (word: string): boolean => words.includes(word);
  const writesHex = has('ascii') || has('html');
  if ((has('upper') || has('lower')) && (!writesHex || (has('upper') && has('lower')))) return undefined;
  const manner = { ascii: has('ascii'), slashes: has('slashes'), html: has('html'), upper: has('upper') };
  const rewrites = has('unescaped') || writesHex || has('slashes');
  // Where strings are written in a manner of their own, that their escapes were resolved before is no news.
  const shown = Object.keys(wayModifiers).filter(
    (word) => has(word) && !(word === 'unescaped' && (writesHex || has('slashes'))),
  );
  return {
    name: [order, ...shown].join('+'),
    order,
    spaced: has('spaced'),
    strings: rewrites ? manner : undefined,
  };
}

/** Every way that has a name, the plain ones first and then by the number of modifiers. */
export function allWays(): Way[] {
  const words = Object.keys(wayModifiers);
  const names = new Set<string>();
  for (let bits = 0; bits < 1 << words.length; bits++) {
    const chosen = words.filter((_word, index) => bits & (1 << index));
    for (const order of wayOrders) {
      const way = parseWay([order, ...chosen].join('+'));
      if (way !== undefined) names.add(way.name);
    }
  }
  const ways = [...names].map((name) => parseWay(name) as Way);
  return ways.sort((a, b) => a.name.split('+').length - b.name.split('+').length);
}
