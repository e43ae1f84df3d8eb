/** Writes the table of values into the chart's README from values.yaml and its `# --` comments. `--check` only looks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isScalar, type Node, type Pair, parseDocument } from 'yaml';

const chart = new URL('../charts/hookgate/', import.meta.url).pathname;
const begin = '<!-- values: node scripts/chart-readme.ts writes what follows -->';
const end = '<!-- end of values -->';

/** The README with a current table. */
export function readmeWithTable(readme: string, values: string): string {
  const [head, rest] = readme.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`README.md lacks ${begin} or ${end}`);
  const rows = describe(parseDocument(values).contents, [], '');
  const lines = rows.map(({ key, fallback, text }) => `| \`${key}\` | \`${fallback}\` | ${text} |`);
  return `${head}${begin}\n| value | default | meaning |\n|---|---|---|\n${lines.join('\n')}\n${end}${tail}`;
}

interface Row {
  readonly key: string;
  readonly fallback: string;
  readonly text: string;
}

/** One row for every value with a `# --` comment; a map without one is gone into. */
function describe(node: unknown, above: readonly string[], inherited: string): Row[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair, index) => {
    const { key, value } = pair as Pair<Node, Node>;
    const name = isScalar(key) ? String(key.value) : '';
    // The comment before a map's first key belongs to the map's node, not to the key.
    const comment = key.commentBefore ?? (index === 0 ? (node.commentBefore ?? inherited) : '');
    const text = meaning(comment);
    const path = [...above, name];
    if (text !== undefined) {
      const fallback = JSON.stringify(value?.toJSON() ?? null).replaceAll('|', '\\|');
      return [{ key: path.join('.'), fallback, text: text.replaceAll('|', '\\|') }];
    }
    return describe(value, path, '');
  });
}

function meaning(comment: string): string | undefined {
  const at = comment.lastIndexOf(' -- ');
  if (at < 0) return undefined;
  return comment
    .slice(at + 4)
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

if (import.meta.filename === process.argv[1]) {
  const readme = readFileSync(`${chart}README.md`, 'utf8');
  const current = readmeWithTable(readme, readFileSync(`${chart}values.yaml`, 'utf8'));
  if (process.argv.includes('--check')) process.exitCode = readme === current ? 0 : 1;
  else writeFileSync(`${chart}README.md`, current);
}
