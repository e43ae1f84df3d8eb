import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findNearestSigning } from '../../src/envelope/nearest-signing.ts';
import { scanEnvelope } from '../../src/envelope/scan.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const secret = Buffer.from('b7f0c2de-5f1e-4b3c-9a64-1f5d0f3a7c11');
/** What arrives, whatever was signed: compact, as JavaScript writes it. */
const sent = {
  url: 'https://a/b?c=1&d=2',
  amount: 1000,
  note: '<b>Zo\u00eb\'s "\u20ac" + \u{1f600}</b>',
  inner: { z: [1, true, null], a: '\u2028', 7: 'x' },
};

function nearest(signed: string, arrived: unknown = sent): string {
  const text = JSON.stringify(arrived);
  const checksum = createHmac('sha256', secret).update(`payment.a|${signed}`).digest('hex');
  const scan = scanEnvelope(Buffer.from(`{"event":"payment.a","data":${text},"checksum":"${checksum}"}`));
  if (scan.kind === 'fault') throw new Error(scan.problem);
  const found = findNearestSigning(scan.envelope, [{ name: 'live', secret }]);
  return found === undefined ? 'nothing' : [found.encoding, ...found.differences].join('; ');
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

const rows: readonly (readonly [name: string, command: [string, string[]], says: RegExp])[] = [
  ["Python's defaults", python(''), /^compact; a blank after.*; non-ASCII characters.*json\.dumps/],
  ['Python, sorted', python(', sort_keys=True'), /^sorted; a blank after.*; non-ASCII/],
  ['Python without blanks', python(', separators=(",", ":")'), /^compact; non-ASCII characters.*json\.dumps/],
  ['Python in UTF-8', python(', ensure_ascii=False'), /^compact; a blank after each comma and colon/],
  ['Python, indented', python(', indent=2, ensure_ascii=False'), /^compact; indented by two blanks/],
  ['Python, indented by four', python(', indent=4'), /^compact; indented by four blanks.*; non-ASCII/],
  ["PHP's defaults", php('echo json_encode($d);'), /^compact; slashes.*and non-ASCII.*PHP's json_encode/],
  ['PHP, ksort', php('ksort($d); echo json_encode($d);'), /^compact; only the outermost.*ksort.*; slashes/],
  [
    'PHP without escaped slashes',
    php('echo json_encode($d, JSON_UNESCAPED_SLASHES);'),
    /JSON_UNESCAPED_SLASHES/,
  ],
  ['PHP in UTF-8', php('echo json_encode($d, JSON_UNESCAPED_UNICODE);'), /JSON_UNESCAPED_UNICODE/],
  [
    'PHP, both',
    php('ksort($d); echo json_encode($d, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);'),
    /only the outermost.*line separators/,
  ],
  [
    'PHP for pages',
    php('echo json_encode($d, JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT);'),
    /JSON_HEX_TAG/,
  ],
  ['PHP, indented', php('echo json_encode($d, JSON_PRETTY_PRINT);'), /JSON_PRETTY_PRINT.*; slashes/],
  ['Perl, canonical', perl('utf8->canonical'), /^sorted/],
  ['Perl in ASCII', perl('ascii->canonical'), /^sorted; non-ASCII/],
];

for (const [name, [command, args], says] of rows) {
  test.skipIf(!has(command, '-v') && !has(command, '--version'))(name, () => {
    expect(nearest(encodedBy(command, args, JSON.stringify(sent)))).toMatch(says);
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

  expect(go('marshal')).toMatch(/^sorted; <, > and & written as \\u003c \(Go/);
  expect(go('encoder')).toMatch(/^sorted; a line break at its end.*; <, > and &/);
  expect(go('plain')).toMatch(/^sorted; a line break at its end/);
  expect(go('indent')).toMatch(/^sorted; indented by two blanks.*; <, > and &/);
  expect(go('html')).toMatch(/^compact; <, > and &/);
});

test('JavaScript', () => {
  expect(nearest(JSON.stringify(sent))).toBe('received');
  expect(nearest(JSON.stringify(sent, undefined, 2))).toMatch(/^compact; indented by two blanks/);
  expect(nearest(JSON.stringify(sent, undefined, '\t'))).toMatch(/^compact; indented by tabs/);
});

/** Where the encoder is not at hand: what its documentation says, and its source. */
test.each<[string, string, RegExp]>([
  [
    'Gson (html-safe by default)',
    '{"url":"https://a/b?c\\u003d1\\u0026d\\u003d2","note":"\\u003cb\\u003eZo\u00eb\\u0027s\\u003c/b\\u003e","s":"\\u2028"}',
    /Gson/,
  ],
  [
    'Rails (ActiveSupport)',
    '{"url":"https://a/b?c=1\\u0026d=2","note":"\\u003cb\\u003eZo\u00eb\'s\\u003c/b\\u003e","s":"\\u2028"}',
    /Rails/,
  ],
  [
    'System.Text.Json',
    '{"url":"https://a/b?c=1\\u0026d=2","note":"\\u003Cb\\u003EZo\\u00EB\\u0027s\\u003C/b\\u003E","s":"\\u2028"}',
    /System\.Text\.Json/,
  ],
  [
    'Jackson with ESCAPE_NON_ASCII',
    '{"url":"https://a/b?c=1&d=2","note":"<b>Zo\\u00EB\'s</b>","s":"\\u2028"}',
    /Jackson with ESCAPE_NON_ASCII/,
  ],
  [
    'Ruby with script_safe',
    '{"url":"https:\\/\\/a\\/b?c=1&d=2","note":"<b>Zo\u00eb\'s<\\/b>","s":"\\u2028"}',
    /slashes written as/,
  ],
])('%s', (_name, signed, says) => {
  const arrived = { url: 'https://a/b?c=1&d=2', note: "<b>Zo\u00eb's</b>", s: '\u2028' };
  expect(JSON.parse(signed)).toEqual(arrived);
  expect(nearest(signed, arrived)).toMatch(says);
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
  expect(findNearestSigning(scan.envelope, [{ name: 'live', secret }])?.differences.join('; ')).toMatch(says);
});

test('a large body is looked through in a bounded time', () => {
  const items = Array.from({ length: 500 }, (_, index) => ({ n: index, text: '<\u00eb/>'.repeat(10) }));
  expect(nearest('{"never":"signed"}', { items })).toBe('nothing');
}, 60_000);
