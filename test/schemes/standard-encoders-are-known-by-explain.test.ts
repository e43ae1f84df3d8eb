import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { juicywayScheme } from '../../src/schemes/juicyway-scheme.ts';
import { createSigningSearch } from '../../src/schemes/nearest-signing.ts';
import { type Envelope, scanEnvelope } from '../support/default-scheme.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const secret = Buffer.from('b7f0c2de-5f1e-4b3c-9a64-1f5d0f3a7c11');
/** What arrives, whatever was signed: compact, as JavaScript writes it. */
const sent = {
  url: 'https://a/b?c=1&d=2',
  amount: 1000,
  note: '<b>Zo\u00eb\'s "\u20ac" + \u{1f600}</b>',
  inner: { z: [1, true, null], a: '\u2028', 7: 'x' },
};

const search = createSigningSearch();

/** The way of writing and what differs from it, in words. */
function found(envelope: Envelope): string {
  const signing = search(juicywayScheme(['received']), { rawHeaders: [], envelope }, [
    { name: 'live', secret },
  ]);
  return signing === undefined
    ? 'nothing'
    : [signing.way?.name, ...signing.differences.map(({ words }) => words)].join('; ');
}

function nearest(signed: string, arrived: unknown = sent): string {
  const text = JSON.stringify(arrived);
  const checksum = createHmac('sha256', secret).update(`payment.a|${signed}`).digest('hex');
  const scan = scanEnvelope(Buffer.from(`{"event":"payment.a","data":${text},"checksum":"${checksum}"}`));
  if (scan.kind === 'fault') throw new Error(scan.problem);
  return found(scan.envelope);
}

/** Runs a program that reads the JSON on stdin and writes what its language's encoder makes of it. */
function encodedBy(command: string, args: readonly string[], input: string, cwd?: string): string {
  const run = spawnSync(command, args, { input, encoding: 'utf8', cwd, timeout: 120_000 });
  if (run.status !== 0) throw new Error(`${command}: ${run.stderr}`);
  return run.stdout;
}

const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const python = (dumps: string): [string, string[]] => [
  'python3',
  ['-c', `import json,sys; sys.stdout.write(json.dumps(json.load(sys.stdin)${dumps}))`],
];
const php = (encode: string): [string, string[]] => [
  'php',
  ['-r', `$d = json_decode(stream_get_contents(STDIN), ARRAY); ${encode}`.replace('ARRAY', 'true')],
];
const perl = (options: string): [string, string[]] => [
  'perl',
  [
    '-MJSON::PP',
    '-0777',
    '-e',
    `my $j = JSON::PP->new->${options}; print $j->encode(JSON::PP->new->utf8->decode(<STDIN>))`,
  ],
];

const rows: readonly (readonly [name: string, command: [string, string[]], way: string])[] = [
  ["Python's defaults", python(''), 'compact+spaced+ascii'],
  ['Python, sorted', python(', sort_keys=True'), 'sorted+spaced+ascii'],
  ['Python without blanks', python(', separators=(",", ":")'), 'compact+ascii'],
  ['Python in UTF-8', python(', ensure_ascii=False'), 'compact+spaced'],
  ['Python, indented', python(', indent=2, ensure_ascii=False'), 'compact+indented2'],
  ['Python, indented by four', python(', indent=4'), 'compact+indented4+ascii'],
  ["PHP's defaults", php('echo json_encode($d);'), 'compact+non-ascii+slashes'],
  ['PHP, ksort', php('ksort($d); echo json_encode($d);'), 'sorted-top+non-ascii+slashes'],
  ['PHP without escaped slashes', php('echo json_encode($d, JSON_UNESCAPED_SLASHES);'), 'compact+ascii'],
  ['PHP in UTF-8', php('echo json_encode($d, JSON_UNESCAPED_UNICODE);'), 'compact+slashes+separators'],
  [
    'PHP, both',
    php('ksort($d); echo json_encode($d, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);'),
    'sorted-top+separators',
  ],
  [
    'PHP for pages',
    php('echo json_encode($d, JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT);'),
    'compact+ascii+slashes+quotes',
  ],
  ['PHP, indented', php('echo json_encode($d, JSON_PRETTY_PRINT);'), 'compact+indented4+ascii+slashes'],
  ['Perl, canonical', perl('utf8->canonical'), 'sorted'],
  ['Perl in ASCII', perl('ascii->canonical'), 'sorted+ascii'],
];

for (const [name, [command, args], way] of rows) {
  test.skipIf(!has(command, '-v') && !has(command, '--version'))(name, () => {
    expect(nearest(encodedBy(command, args, JSON.stringify(sent)))).toBe(way);
  });
}

const goSource = `package main
import ("bytes"; "encoding/json"; "io"; "os")
func main() {
  in, _ := io.ReadAll(os.Stdin)
  var d any
  if err := json.Unmarshal(in, &d); err != nil { panic(err) }
  switch os.Args[1] {
  case "marshal": b, _ := json.Marshal(d); os.Stdout.Write(b)
  case "encoder": json.NewEncoder(os.Stdout).Encode(d)
  case "plain": e := json.NewEncoder(os.Stdout); e.SetEscapeHTML(false); e.Encode(d)
  case "indent": b, _ := json.MarshalIndent(d, "", "  "); os.Stdout.Write(b)
  case "html": var o bytes.Buffer; json.HTMLEscape(&o, in); os.Stdout.Write(o.Bytes())
  }
}
`;

test.skipIf(!has('go', 'version'))('Go', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'main.go'), goSource);
  const build = spawnSync('go', ['build', '-o', 'encode', 'main.go'], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'off' },
  });
  expect(build.status, build.stderr).toBe(0);
  const go = (how: string) => nearest(encodedBy(join(directory, 'encode'), [how], JSON.stringify(sent)));

  expect(go('marshal')).toBe('sorted+html');
  expect(go('encoder')).toBe('sorted+newline+html');
  expect(go('plain')).toBe('sorted+newline+separators');
  expect(go('indent')).toBe('sorted+indented2+html');
  expect(go('html')).toBe('compact+html');
});

test('JavaScript', () => {
  expect(nearest(JSON.stringify(sent))).toBe('received');
  expect(nearest(JSON.stringify(sent, undefined, 2))).toBe('compact+indented2');
  expect(nearest(JSON.stringify(sent, undefined, '\t'))).toBe('compact+tabs');
});

/** Where the encoder is not at hand: what its documentation says, and its source. */
test.each<[string, string, string]>([
  [
    'Gson (html-safe by default)',
    '{"url":"https://a/b?c\\u003d1\\u0026d\\u003d2","note":"\\u003cb\\u003eZo\u00eb\\u0027s\\u003c/b\\u003e","s":"\\u2028"}',
    'compact+gson',
  ],
  [
    'Rails (ActiveSupport)',
    '{"url":"https://a/b?c=1\\u0026d=2","note":"\\u003cb\\u003eZo\u00eb\'s\\u003c/b\\u003e","s":"\\u2028"}',
    'compact+html',
  ],
  [
    'System.Text.Json',
    '{"url":"https://a/b?c=1\\u0026d=2","note":"\\u003Cb\\u003EZo\\u00EB\\u0027s\\u003C/b\\u003E","s":"\\u2028"}',
    'compact+dotnet',
  ],
  [
    'Jackson with ESCAPE_NON_ASCII',
    '{"url":"https://a/b?c=1&d=2","note":"<b>Zo\\u00EB\'s</b>","s":"\\u2028"}',
    'compact+ascii+upper',
  ],
  [
    'Ruby with script_safe',
    '{"url":"https:\\/\\/a\\/b?c=1&d=2","note":"<b>Zo\u00eb\'s<\\/b>","s":"\\u2028"}',
    'compact+slashes+separators',
  ],
])('%s', (_name, signed, way) => {
  const arrived = { url: 'https://a/b?c=1&d=2', note: "<b>Zo\u00eb's</b>", s: '\u2028' };
  expect(JSON.parse(signed)).toEqual(arrived);
  expect(nearest(signed, arrived)).toBe(way);
});

test.each<[string, string, string, RegExp]>([
  ['PHP, Python and Ruby keep a decimal', '{"a":1000.0}', '{"a":1000.00}', /at least one \(PHP/],
  ['Java writes large ones with E', '{"a":1.23456789E8}', '{"a":123456789.0}', /as Java does/],
  ['Go and JavaScript drop decimals', '{"a":1000}', '{"a":1000.00}', /JavaScript and Go/],
  ['a whole number that had decimals', '{"a":1000.0}', '{"a":1000}', /\.0/],
])('%s', (_name, signed, arrived, says) => {
  const checksum = createHmac('sha256', secret).update(`e|${signed}`).digest('hex');
  const scan = scanEnvelope(Buffer.from(`{"event":"e","data":${arrived},"checksum":"${checksum}"}`));
  if (scan.kind === 'fault') throw new Error(scan.problem);
  expect(found(scan.envelope)).toMatch(says);
});

test('a large body is looked through in a bounded time', () => {
  const items = Array.from({ length: 500 }, (_, index) => ({ n: index, text: '<\u00eb/>'.repeat(10) }));
  expect(nearest('{"never":"signed"}', { items })).toBe('nothing');
}, 60_000);
