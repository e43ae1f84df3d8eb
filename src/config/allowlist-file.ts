import { setImmediate as nextTurn } from 'node:timers/promises';
import { nearestName } from '../values/nearest-name.ts';
import { linkLocalCaution, parseAddressRange } from './address-range.ts';
import { usualEntries, type WrittenEntry } from './allowlist-lines.ts';
import { formatProblem, type Problem, problemAt, quote } from './problem.ts';
import { readTextFile } from './read-file.ts';
import { readYaml } from './read-yaml.ts';
import type { SettingsMap, SettingsNode } from './settings-tree.ts';

export interface AllowlistEntry {
  /** Address or CIDR in canonical text. */
  readonly range: string;
  readonly note?: string;
}

export type AllowlistRead =
  | { readonly kind: 'ok'; readonly entries: readonly AllowlistEntry[]; readonly warnings: readonly string[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const maxFileBytes = 16 * 1_048_576;
const maxValues = 2_000_000;
/** Entries between two turns of the event loop, so that a reload does not hold up deliveries. */
const entriesPerTurn = 500;
const maxProblems = 100;

/**
 * Reads allowlist.yaml (docs/configuration.md). A list with nothing in it is fine here. Lists in the usual layout are
 * read line by line, others by the YAML parser, which takes about a second for 100,000 entries. Never rejects.
 */
export async function readAllowlist(file: string): Promise<AllowlistRead> {
  const read = readTextFile(file, maxFileBytes);
  if (read.kind === 'problem') return { kind: 'problems', problems: [read.problem] };
  const usual = await judge(usualEntries(read.text), file, []);
  if (usual !== 'unusual') return usual;
  const { written, problems } = readByYaml(read.text, file);
  return judge<never>(written, file, problems);
}

async function judge<Stop extends 'unusual'>(
  written: Iterable<WrittenEntry | Stop>,
  file: string,
  before: readonly Problem[],
): Promise<AllowlistRead | Stop> {
  const entries: AllowlistEntry[] = [];
  const problems = [...before];
  const warnings: string[] = [];
  let judged = 0;
  for (const entry of written) {
    if (entry === 'unusual') return entry;
    const { index, address, note, line, column } = entry;
    const origin = { source: file, line, column };
    const key = `addresses[${index}]`;
    const range = parseAddressRange(address);
    if (range.kind === 'range') {
      entries.push(note === undefined ? { range: range.text } : { range: range.text, note });
      if (range.everyone) {
        const kind = range.text.includes(':') ? 'IPv6' : 'IPv4';
        warnings.push(
          formatProblem(problemAt(origin, key, `found ${range.text}`, `it admits every ${kind} address`)),
        );
      }
      if (range.linkLocal) {
        warnings.push(formatProblem(problemAt(origin, key, `found ${range.text}`, linkLocalCaution)));
      }
    } else if (problems.length < maxProblems) {
      problems.push(problemAt(origin, key, `found ${quote(address)}`, range.expected));
    }
    if (++judged % entriesPerTurn === 0) await nextTurn();
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'ok', entries, warnings };
}

function readByYaml(
  text: string,
  file: string,
): { written: readonly WrittenEntry[]; problems: readonly Problem[] } {
  const { root, problems: found } = readYaml(text, file, maxValues);
  const problems = [...found];
  const written: WrittenEntry[] = [];
  const refuse = (node: SettingsNode, key: string, what: string, expected: string) => {
    if (problems.length < maxProblems) problems.push(problemAt(node.origin, key, what, expected));
  };
  if (root?.kind !== 'map') {
    if (problems.length === 0) {
      problems.push(
        problemAt({ source: file }, '', 'found no "addresses"', 'expected "addresses:" and a list'),
      );
    }
    return { written, problems };
  }
  refuseUnknown(root, '', ['addresses'], problems);
  const list = root.entries.get('addresses')?.value;
  if (list?.kind !== 'list') {
    refuse(list ?? root, 'addresses', list === undefined ? 'missing' : 'found no list', emptyRemedy);
    return { written, problems };
  }
  for (const [index, item] of list.items.entries()) {
    const key = `addresses[${index}]`;
    if (item.kind === 'map') refuseUnknown(item, key, ['address', 'note'], problems);
    const address = item.kind === 'map' ? item.entries.get('address')?.value : item;
    const note = item.kind === 'map' ? item.entries.get('note')?.value : undefined;
    if (address?.kind !== 'scalar') {
      refuse(
        item,
        key,
        item.kind === 'map' ? 'found no address' : 'found a list',
        'expected an address or a CIDR in quotes',
      );
      continue;
    }
    if (note !== undefined && note.kind !== 'scalar')
      refuse(note, `${key}.note`, 'found no text', 'expected a note');
    const { line = 0, column = 0 } = address.origin;
    const noteText = note?.kind === 'scalar' ? scalarText(note) : undefined;
    written.push({ index, address: scalarText(address), note: noteText, line, column });
  }
  return { written, problems };
}

/** An empty value is refused, so that a file that is only half written does not lock every sender out. */
const emptyRemedy = 'expected a list; write "addresses: []" to admit nobody';

function scalarText(node: { value: string | number | boolean | null; written: string }): string {
  return typeof node.value === 'string' ? node.value : node.written;
}

function refuseUnknown(map: SettingsMap, key: string, known: readonly string[], problems: Problem[]): void {
  for (const [name, { keyOrigin }] of map.entries) {
    if (known.includes(name) || problems.length >= maxProblems) continue;
    const near = nearestName(name, known);
    const shown = quote(name).slice(1, -1);
    const expected = near === undefined ? `expected ${known.join(' or ')}` : `did you mean "${near}"?`;
    problems.push(problemAt(keyOrigin, key === '' ? shown : `${key}.${shown}`, 'unknown key', expected));
  }
}
