import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml';
import { type Origin, type Problem, problemAt, quote } from './problem.ts';
import type { SettingsMap, SettingsNode } from './settings-tree.ts';

export interface YamlRead {
  /** Undefined when the text holds nothing, or nothing that can be read. */
  readonly root: SettingsNode | undefined;
  readonly problems: readonly Problem[];
}

const maxAliases = 32;
const maxProblems = 50;

/**
 * Reads YAML 1.2 with the place of every key and value. Aliases are followed, but neither many of them nor more than
 * `maxNodes` nodes in all: a small file can otherwise grow without bound ("billion laughs"). Never throws.
 */
export function readYaml(text: string, source: string, maxNodes: number): YamlRead {
  try {
    return read(text, source, maxNodes);
  } catch (error) {
    // The parser calls itself for every level, so hostile nesting ends in a RangeError; nothing else is known to throw.
    const found =
      error instanceof RangeError ? 'found too many levels of nesting' : 'found YAML that cannot be read';
    return unreadable(source, found, 'expected plain YAML 1.2');
  }
}

function unreadable(source: string, found: string, expected: string): YamlRead {
  return { root: undefined, problems: [problemAt({ source }, '', found, expected)] };
}

function read(text: string, source: string, maxNodes: number): YamlRead {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
    // With 'silent' a second document would pass unnoticed.
    logLevel: 'error',
    // The parser compares every key of a map with every other; the walk below finds repeats in one pass.
    uniqueKeys: false,
  });
  const problems: Problem[] = [];
  const originOf = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { source, line, column: col };
  };
  // Warnings are about tags and directives that would have no effect.
  for (const error of [...document.errors, ...document.warnings].slice(0, maxProblems)) {
    problems.push(problemAt(originOf(error.pos[0]), '', ...syntaxPhrase(error.code, error.message)));
  }
  if (problems.length > 0) return { root: undefined, problems };

  let aliases = 0;
  visit(document, { Alias: () => (++aliases > maxAliases ? visit.BREAK : undefined) });
  if (aliases > maxAliases)
    return unreadable(source, `found more than ${maxAliases} aliases`, 'expected values written out');

  let nodes = 0;
  const walk = (
    node: ParsedNode | null,
    origin: Origin,
    key: string,
    above: readonly ParsedNode[],
  ): SettingsNode => {
    const nothing: SettingsNode = { kind: 'scalar', origin, value: null, written: '' };
    if (node === null || ++nodes > maxNodes) return nothing;
    if (isAlias(node)) {
      const target = node.resolve(document) as ParsedNode | undefined;
      if (target === undefined || above.includes(target)) {
        problems.push(
          problemAt(origin, key, 'found an alias that leads nowhere', 'expected the value written out'),
        );
        return nothing;
      }
      return walk(target, origin, key, [...above, target]);
    }
    if (isScalar(node)) return { kind: 'scalar', origin, ...scalarOf(node.value, node.source) };
    if (isSeq(node)) {
      const items = node.items.map((item, index) => {
        const child = item as ParsedNode;
        return walk(child, child === null ? origin : originOf(child.range[0]), `${key}[${index}]`, [
          ...above,
          node,
        ]);
      });
      return { kind: 'list', origin, items };
    }
    const map: SettingsMap = { kind: 'map', origin, entries: new Map() };
    if (!isMap(node)) return map;
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const keyNode = pair.key as ParsedNode;
      const keyOrigin = keyNode === null ? origin : originOf(keyNode.range[0]);
      if (!isScalar(keyNode)) {
        problems.push(
          problemAt(keyOrigin, key, 'found a key that is no text', 'expected the name of a setting'),
        );
        continue;
      }
      const name = String(keyNode.source ?? keyNode.value);
      const path = key === '' ? name : `${key}.${name}`;
      const first = map.entries.get(name);
      if (first !== undefined) {
        const at = `line ${first.keyOrigin.line}`;
        problems.push(
          problemAt(keyOrigin, path, `found a second time, after ${at}`, 'expected each key once'),
        );
        continue;
      }
      const valueNode = pair.value as ParsedNode | null;
      const valueOrigin = valueNode === null ? keyOrigin : originOf(valueNode.range[0]);
      map.entries.set(name, { keyOrigin, value: walk(valueNode, valueOrigin, path, [...above, node]) });
    }
    return map;
  };
  const contents = document.contents;
  const root = contents === null ? undefined : walk(contents, originOf(contents.range[0]), '', []);
  if (nodes > maxNodes)
    return unreadable(source, `found more than ${maxNodes} values`, 'expected a smaller file');
  return { root, problems };
}

function scalarOf(value: unknown, source: string | undefined) {
  const written = source ?? String(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { value, written };
  return typeof value === 'number' ? { value, written } : { value: written, written };
}

/** Our own words for the mistakes that people make; the parser's for the rest, which name the token. */
function syntaxPhrase(code: string, message: string): [found: string, expected: string] {
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['found a tab as indentation', 'expected spaces'];
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return [
        `found YAML that does not fit together (${quote(message).slice(1, -1)})`,
        'expected even indentation',
      ];
    case 'BAD_ALIAS':
      return ['found a * or & that begins an alias', 'expected it in quotes, such as "*"'];
    case 'MULTIPLE_DOCS':
      return ['found a second document', 'expected one'];
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['found a mapping inside a key', 'expected one "key: value" on a line'];
    default:
      return [`found a mistake in the YAML (${quote(message).slice(1, -1)})`, 'expected plain YAML 1.2'];
  }
}
