import { parseArgs } from 'node:util';

/** What the command was asked for. */
export type Asked =
  | { readonly kind: 'help'; readonly text: string }
  /** In one line, for people. */
  | { readonly kind: 'mistake'; readonly sentence: string }
  | {
      readonly kind: 'run';
      readonly quick: boolean;
      readonly intoPage: boolean;
      /** Where everything goes instead of the page. */
      readonly out: string | undefined;
      /** The parts to run, in their order. */
      readonly names: readonly string[];
    };

/** Reads the words behind `npm run bench --`; `all` are the names of the parts. */
export function readCommandLine(words: readonly string[], all: readonly string[]): Asked {
  let read: ReturnType<typeof parse>;
  try {
    read = parse(words);
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('\n');
    return { kind: 'mistake', sentence };
  }
  const { values, positionals } = read;
  if (values.help) return { kind: 'help', text: usage(all) };
  const unknown = positionals.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    return {
      kind: 'mistake',
      sentence: `no part is called ${unknown.join(', ')}: there are ${all.join(', ')}`,
    };
  const names = positionals.length === 0 ? all : all.filter((name) => positionals.includes(name));
  return { kind: 'run', quick: values.quick, intoPage: values['into-page'], out: values.out, names };
}

function parse(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      'into-page': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function usage(all: readonly string[]): string {
  return [
    'npm run bench -- [--quick] [--into-page | --out DIRECTORY] [PART ...]',
    '',
    'What the gate costs, beside what stands in its place elsewhere. Without a part: all of them, in this order:',
    `  ${all.join(' ')}`,
    '',
    '  --quick          a look: fewer rounds, shorter ones; into bench/results/ and not into docs/',
    '  --into-page      of a quick run into docs/ as well',
    '  --out DIRECTORY  into that directory, and not into docs/',
    '  --help           this',
  ].join('\n');
}
