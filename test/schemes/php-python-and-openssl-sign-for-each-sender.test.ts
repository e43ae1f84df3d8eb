import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { needProgram } from '../support/require-program.ts';
import { routeOf, runSchemeGate } from '../support/scheme-gate.ts';
import { senders, signedBy, type WriteDigest } from '../support/senders.ts';

/** Standing in for Stripe's, GitHub's and Standard Webhooks' own packages there is nothing to prove here. */
const signedElsewhere = new Set(['stripe', 'github', 'standard-webhooks', 'flutterwave-v3']);
const plain = senders.filter(({ profile }) => !signedElsewhere.has(profile));

function run(program: string, args: readonly string[], input: string): string {
  const done = spawnSync(program, args, { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
  return done.stdout.trim();
}

const signers: readonly (readonly [program: string, by: WriteDigest])[] = [
  [
    'php',
    (algorithm, key, text, encoding) =>
      run(
        'php',
        [
          '-r',
          '$raw = hash_hmac($argv[1], stream_get_contents(STDIN), $argv[2], true); echo $argv[3] === "hex" ? bin2hex($raw) : base64_encode($raw);',
          '--',
          algorithm,
          key,
          encoding,
        ],
        text,
      ),
  ],
  [
    'python3',
    (algorithm, key, text, encoding) =>
      run(
        'python3',
        [
          '-c',
          'import base64, hmac, sys\nraw = hmac.new(sys.argv[2].encode(), sys.stdin.buffer.read(), sys.argv[1]).digest()\nprint(raw.hex() if sys.argv[3] == "hex" else base64.b64encode(raw).decode())',
          algorithm,
          key,
          encoding,
        ],
        text,
      ),
  ],
  [
    'openssl',
    (algorithm, key, text, encoding) => {
      const hex = run('openssl', ['dgst', `-${algorithm}`, '-hmac', key, '-r'], text).split(' ')[0] ?? '';
      return encoding === 'hex' ? hex : Buffer.from(hex, 'hex').toString('base64');
    },
  ],
];

test.each(signers)(
  '%s',
  async (program, by) => {
    needProgram(program);
    const { application, post } = await runSchemeGate(plain.map(routeOf));
    for (const sender of plain) {
      const text = sender.body.replace(/r-1|main/, `é 😀 / ${program}`);
      const { body, headers } = await signedBy(sender, { body: text, by });
      expect((await post(sender.profile, body, headers)).status, sender.profile).toBe(200);
      const tampered = body.replace(/10|Ev1|evt_1|e-1/, '77');
      expect(tampered).not.toBe(body);
      expect((await post(sender.profile, tampered, headers)).status, sender.profile).toBe(401);
    }
    expect(application.events.map(({ headers }) => headers['hookgate-event'])).toEqual(
      plain.map(({ event }) => event),
    );
  },
  120_000,
);
