/** One changed place of a source text. */
export interface Mutant {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** What was there and what is there instead. */
  readonly operator: string;
  readonly text: string;
}

interface Token {
  readonly at: number;
  readonly text: string;
  readonly kind: 'word' | 'number' | 'sign' | 'left';
}

/** What stands in the place of a sign or word that has blanks around it, as the formatter writes operators. */
const swaps = new Map([
  ['===', '!=='],
  ['!==', '==='],
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['&&', '||'],
  ['||', '&&'],
  ['+', '-'],
  ['-', '+'],
  ['+=', '-='],
  ['-=', '+='],
]);
const words = new Map([
  ['true', 'false'],
  ['false', 'true'],
]);
/** Of a whole line, so that what is left is a statement of its own. */
const lineKinds = [
  ['guard left out', /^[ \t]*if \(.*\) (?:return\b.*|continue|break);$/gm],
  ['call left out', /^[ \t]*(?:await |void )?(?!return\b|super\b|throw\b|import\b)[\w.?#]+\(.*\);$/gm],
] as const;

/** All mutants of a file, in the order of their places. Strings, comments, types and imports are left alone. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const tokens = withoutTypes(tokensOf(source));
  const found: { at: number; mutant: Mutant }[] = [];
  const add = (at: number, length: number, instead: string, operator: string): void => {
    const line = source.slice(0, at).split('\n').length;
    const text = source.slice(0, at) + instead + source.slice(at + length);
    found.push({ at, mutant: { file, line, operator, text } });
  };
  tokens.forEach((token, index) => {
    const { at, text, kind } = token;
    const isSpaced = source[at - 1] === ' ' && source[at + text.length] === ' ';
    const swap =
      kind === 'sign' && isSpaced ? swaps.get(text) : kind === 'word' ? words.get(text) : undefined;
    if (swap !== undefined) add(at, text.length, swap, `${text} → ${swap}`);
    if (kind === 'number' && tokens[index + 1]?.text !== ':' && !text.endsWith('n')) {
      add(at, text.length, `(${text} + 1)`, `${text} → ${text} + 1`);
    }
    if (text === '??') add(at, endOfOperand(tokens, index) - at, '', '?? left out');
  });
  const begins = new Set(tokens.map(({ at }) => at));
  for (const [operator, pattern] of lineKinds) {
    for (const { 0: line, index } of source.matchAll(pattern)) {
      const indent = line.length - line.trimStart().length;
      if (begins.has(index + indent)) add(index + indent, line.trimStart().length, ';', operator);
    }
  }
  return found.sort((one, other) => one.at - other.at).map(({ mutant }) => mutant);
}

const grammar =
  /(?<blank>\s+)|(?<left>\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?<word>[A-Za-z_$#][\w$]*)|(?<number>0[xb][\da-fA-F_]+n?|\d[\d_.]*(?:e\d+)?n?)|(?<sign>===|!==|=>|<=|>=|&&=|\|\|=|\?\?=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*\*|[\s\S])/y;

/** A small reading of TypeScript: templates and regular expressions are told by what stands before them. */
function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const before = tokens.at(-1);
    const isOperand = before !== undefined && (before.kind !== 'sign' || /[)\]}]/.test(before.text));
    grammar.lastIndex = at;
    const { groups = {}, 0: text = '' } = grammar.exec(source) ?? {};
    if (text === '`') {
      at = endOfTemplate(source, at);
    } else if (text === '/' && (!isOperand || before?.text === 'return')) {
      at += /^\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/\w*/.exec(source.slice(at))?.[0].length ?? 1;
    } else {
      const kind = (['word', 'number', 'sign'] as const).find((name) => groups[name] !== undefined);
      if (kind !== undefined) tokens.push({ at, text, kind });
      else if (/^['"]/.test(text)) tokens.push({ at, text, kind: 'left' });
      at += text.length;
      continue;
    }
    tokens.push({ at: at - 1, text: '', kind: 'left' });
  }
  return tokens;
}

function endOfTemplate(source: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source.startsWith('${', at)) depth++;
    else if (depth > 0 && source[at] === '}') depth--;
    else if (depth === 0 && source[at] === '`') return at + 1;
  }
  return source.length;
}

/** Without imports, type aliases, interfaces and what a class only declares. */
function withoutTypes(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const [token, next] = [tokens[index] as Token, tokens[index + 1]];
    const begins = /^(?:|;|\}|export)$/.test(tokens[index - 1]?.text ?? '');
    const isType = token.text === 'type' && next?.kind === 'word';
    if (begins && (isType || token.text === 'import' || token.text === 'declare')) {
      index = closing(tokens, index, (text) => text === ';');
    } else if (begins && token.text === 'interface') {
      index = closing(tokens, index, (text) => text === '}');
    } else {
      kept.push(token);
    }
  }
  return kept;
}

/** The next token outside brackets that `ends` what begins at `index`. */
function closing(tokens: readonly Token[], index: number, ends: (text: string) => boolean): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const { text } = tokens[at] as Token;
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth === 0 && ends(text)) return at;
  }
  return tokens.length;
}

/** Where the right side of the `??` at `index` ends. */
function endOfOperand(tokens: readonly Token[], index: number): number {
  let depth = 0;
  let end = 0;
  for (const { at, text } of tokens.slice(index + 1)) {
    if (depth === 0 && /^(?:[,;)\]}:?]|\|\||&&|=>)$/.test(text)) return at;
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    end = at + text.length;
  }
  return end;
}
