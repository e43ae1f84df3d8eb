import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createVerifier } from '../support/default-scheme.ts';
import { envelopeOf } from '../support/envelopes.ts';
import { requireProgram } from '../support/require-program.ts';
import { testSecret } from '../support/sign-event.ts';

const verify = createVerifier({
  keys: [{ name: 'live', secret: testSecret }],
  encodings: ['received', 'compact', 'sorted'],
});
const key = testSecret.toString();
const event = 'payment.session.succeeded';
/** Members out of order, a number that JavaScript would shorten, slashes, and characters beyond ASCII and the BMP. */
const data =
  '{"reference":"a/b","amount":1000,"rate":1.5,"customer":{"name":"Adaézé 😀","email":"a@example.com"},"｡":1,"𐀀":2,"items":[{"z":1,"a":[]},null,true]}';

/** Runs a sender that reads `data` from its standard input and prints a signed body. */
function send(program: string, script: string[]): string {
  const run = spawnSync(program, [...script, key, event], {
    input: data,
    encoding: 'utf8',
    maxBuffer: 1 << 20,
  });
  if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
  return run.stdout.trim();
}

const python = (dumps: string, body: string) => [
  '-c',
  `
import hashlib, hmac, json, sys
key, event = sys.argv[1:]
data = json.loads(sys.stdin.buffer.read().decode("utf-8"))
text = json.dumps(data, ${dumps})
checksum = hmac.new(key.encode(), (event + "|" + text).encode("utf-8"), hashlib.sha256).hexdigest()
sys.stdout.buffer.write((${body}).encode("utf-8"))
`,
];

describe.runIf(requireProgram('python3'))('Python', () => {
  const documented = 'sort_keys=True, separators=(",", ":"), ensure_ascii=False';
  test('signs sorted data and sends it spaced and out of order', () => {
    const body = send(
      'python3',
      python(
        documented,
        `json.dumps({"checksum": checksum, "data": data, "event": event}, ensure_ascii=False)`,
      ),
    );
    expect(body).toContain('"reference": "a/b", "amount"');
    expect(verify(envelopeOf(body))).toEqual({ kind: 'match', keyName: 'live', encoding: 'sorted' });
  });

  test('signs by its defaults what it sends by its defaults', () => {
    const body = send(
      'python3',
      python('sort_keys=False', `json.dumps({"event": event, "data": data, "checksum": checksum.upper()})`),
    );
    expect(body).toContain('\\u');
    expect(verify(envelopeOf(body))).toEqual({ kind: 'match', keyName: 'live', encoding: 'received' });
  });

  test('signs compact data and indents what it sends', () => {
    const body = send(
      'python3',
      python(
        'separators=(",", ":")',
        `json.dumps({"event": event, "data": data, "checksum": checksum}, indent=2)`,
      ),
    );
    expect(verify(envelopeOf(body))).toEqual({ kind: 'match', keyName: 'live', encoding: 'compact' });
  });
});

describe.runIf(requireProgram('php'))('PHP', () => {
  const php = (flags: string) => [
    '-r',
    `
[, $key, $event] = $argv;
$data = json_decode(stream_get_contents(STDIN), false, 512, JSON_THROW_ON_ERROR);
$text = json_encode($data, ${flags} | JSON_THROW_ON_ERROR);
$checksum = hash_hmac('sha256', "$event|$text", $key);
echo '{"event":' . json_encode($event) . ',"data":' . $text . ',"checksum":"' . $checksum . '"}';
`,
    '--',
  ];
  test.each([
    ['with its defaults: escaped slashes, ASCII only', '0'],
    [
      'with slashes and characters as they are',
      'JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION',
    ],
    ['pretty', 'JSON_PRETTY_PRINT'],
  ])('%s', (_name, flags) => {
    expect(verify(envelopeOf(send('php', php(flags))))).toMatchObject({
      kind: 'match',
      keyName: 'live',
      encoding: 'received',
    });
  });
});

describe.runIf(requireProgram('perl'))('Perl', () => {
  test('signs canonical JSON and sends it pretty', () => {
    const script = `
use JSON::PP; use Digest::SHA qw(hmac_sha256_hex);
my ($key, $event) = @ARGV;
my $data = JSON::PP->new->utf8->decode(do { local $/; <STDIN> });
my $text = JSON::PP->new->utf8->canonical->encode($data);
my $pretty = JSON::PP->new->utf8->pretty->encode($data);
binmode STDOUT;
print '{"checksum":"', uc hmac_sha256_hex("$event|$text", $key), '","event":"', $event, '","data":', $pretty, '}';
`;
    // Perl's canonical order is that of code points, which for UTF-8 is that of its bytes.
    expect(verify(envelopeOf(send('perl', ['-e', script])))).toMatchObject({
      kind: 'match',
      encoding: 'sorted',
    });
  });
});

describe.runIf(requireProgram('openssl'))('the command line', () => {
  test('signs what it was given with openssl', () => {
    const script = `
data=$(cat)
checksum=$(printf '%s|%s' "$2" "$data" | openssl dgst -sha256 -hmac "$1" | sed 's/.*= //')
printf '{"checksum":"%s","data":%s,"event":"%s"}' "$checksum" "$data" "$2"
`;
    const body = send('sh', ['-c', script, 'sh']);
    expect(verify(envelopeOf(body))).toMatchObject({ kind: 'match', encoding: 'received' });
    expect(verify(envelopeOf(body.replace('1000', '1001')))).toMatchObject({ kind: 'mismatch' });
  });
});
