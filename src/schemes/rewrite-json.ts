/** Members in order, strings and numbers as they were written. */
export type JsonNode =
  | { readonly kind: 'plain'; readonly token: string }
  | { readonly kind: 'string'; readonly token: string }
  | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'map'; readonly members: readonly (readonly [name: string, value: JsonNode])[] };

/** One thing that writers of JSON do differently. */
export interface Manner {
  readonly words: string | undefined;
}

export interface Order extends Manner {
  /** The members of a map, which is the outermost one or not, by their names as they are meant. */
  readonly sort: ((a: string, b: string) => number) | undefined;
  readonly topOnly: boolean;
}

export interface Layout extends Manner {
  readonly comma: string;
  readonly colon: string;
  /** Undefined: all in one line. */
  readonly indent: string | undefined;
  readonly end: string;
}

export interface Escapes extends Manner {
  /** Undefined: strings as they came. */
  readonly escaped: RegExp | undefined;
  /** The digits of \uXXXX in capitals, of characters below `lowerFrom`. */
  readonly upper: boolean;
  readonly lowerFrom: number;
  readonly slashes: boolean;
}

export interface Numbers extends Manner {
  readonly write: (token: string) => string;
}

export interface Choice {
  readonly order: Order;
  readonly layout: Layout;
  readonly strings: Escapes;
  readonly number: Numbers;
}

/** Of a document that a scanner has found valid, no deeper than its limit. */
export function parseJsonNode(json: string): JsonNode {
  // A choice for each character would take more of V8's stack than there is for a text of megabytes.
  const tokens = json.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let at = 0;
  return value();

  function value(): JsonNode {
    const token = tokens[at++] ?? 'null';
    if (token === '{') return { kind: 'map', members: until('}', () => [next(), skipColon(value)] as const) };
    if (token === '[') return { kind: 'list', items: until(']', value) };
    return { kind: token.startsWith('"') ? 'string' : 'plain', token };
  }

  function until<Part>(close: string, read: () => Part): Part[] {
    const parts: Part[] = [];
    while (at < tokens.length && tokens[at] !== close) {
      parts.push(read());
      if (tokens[at] === ',') at++;
    }
    at++;
    return parts;
  }

  function next(): string {
    return tokens[at++] ?? '""';
  }

  function skipColon<Part>(read: () => Part): Part {
    at++;
    return read();
  }
}

/** `indent`: what stands before each line. */
export function writeJsonNode(
  node: JsonNode,
  choice: Choice,
  indent: string | undefined,
  isTop = true,
): string {
  const { order, layout, strings, number } = choice;
  const end = isTop ? layout.end : '';
  switch (node.kind) {
    case 'plain':
      return (/^[-\d]/.test(node.token) ? number.write(node.token) : node.token) + end;
    case 'string':
      return writeString(node.token, strings) + end;
    case 'list':
      return block(
        '[',
        ']',
        node.items.map((item) => (inner) => writeJsonNode(item, choice, inner, false)),
      );
    case 'map': {
      const { sort } = order;
      const members =
        sort === undefined || (order.topOnly && !isTop)
          ? node.members
          : node.members.toSorted(([a], [b]) => sort(meant(a), meant(b)));
      return block(
        '{',
        '}',
        members.map(
          ([name, value]) =>
            (inner) =>
              writeString(name, strings) + layout.colon + writeJsonNode(value, choice, inner, false),
        ),
      );
    }
  }

  function block(open: string, close: string, parts: readonly ((inner: string) => string)[]): string {
    if (layout.indent === undefined || parts.length === 0) {
      return open + parts.map((part) => part('')).join(layout.comma) + close + end;
    }
    const inner = `${indent}${layout.indent}`;
    return `${open}\n${parts.map((part) => inner + part(inner)).join(',\n')}\n${indent}${close}${end}`;
  }
}

function writeString(token: string, { escaped, upper, slashes, lowerFrom }: Escapes): string {
  if (escaped === undefined) return token;
  const escapeOne = (character: string): string => {
    const code = character.charCodeAt(0);
    const digits = code.toString(16).padStart(4, '0');
    return `\\u${upper && code < lowerFrom ? digits.toUpperCase() : digits}`;
  };
  // A quote that gets a \uXXXX is taken before JSON.stringify puts a backslash there.
  const pieces = escaped.source.includes('"') ? meant(token).split('"') : [meant(token)];
  const body = pieces.map((piece) => JSON.stringify(piece).slice(1, -1)).join(escapeOne('"'));
  const text = (slashes ? body.replaceAll('/', '\\/') : body).replace(escaped, escapeOne);
  return `"${text}"`;
}

function meant(token: string): string {
  return JSON.parse(token) as string;
}
