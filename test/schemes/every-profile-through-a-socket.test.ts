import { expect, test } from 'vitest';
import { profiles } from '../../src/schemes/profiles.ts';
import { openRaw } from '../support/raw-http.ts';
import { routeOf, runSchemeGate } from '../support/scheme-gate.ts';
import { type Sender, senders, signedBy } from '../support/senders.ts';

test('every profile is in the table', () => {
  expect(senders.map(({ profile }) => profile)).toEqual(profiles.map(({ name }) => name));
});

test.each(senders.map((sender) => [sender.profile, sender] as const))('%s', async (profile, sender) => {
  const { gate, application, post } = await runSchemeGate([routeOf(sender)]);
  const now = Math.floor(Date.now() / 1000);
  const genuine = await signedBy(sender);
  const status = async (body: string, headers: Record<string, string>) => {
    const answer = await post(profile, body, headers);
    return answer.code ?? answer.status;
  };
  const refused = async (body: string, headers: Record<string, string>) => {
    const before = application.events.length;
    expect(await status(body, headers)).toBe('checksum_mismatch');
    expect(application.events.length).toBe(before);
  };

  // Forged first, so that nothing of it can have been remembered.
  const field = sender.field === 'body' ? undefined : sender.field;
  if (sender.signsNothing !== true) {
    await refused(genuine.body.replace(/r-1|main|evt_1|Ev1|10\.00|"id":1|e-1/, 'x9'), genuine.headers);
  }
  const other = await signedBy(sender, { key: otherKey(sender) });
  await refused(other.body, other.headers);
  if (field !== undefined) {
    const { [field]: signature = '', ...rest } = genuine.headers;
    await refused(genuine.body, rest);
    await refused(genuine.body, { ...genuine.headers, [field]: '' });
    await refused(genuine.body, { ...genuine.headers, [field]: otherEncoding(signature) });
    await twice(gate.port, profile, genuine, field);
    if (sender.signsTime === true) {
      for (const seconds of [now - 310, now + 310]) {
        const stale = await signedBy(sender, { seconds });
        await refused(stale.body, stale.headers);
      }
      expect(
        await gate.metric(
          `hookgate_rejections_total{route="${profile}",reason="timestamp_out_of_tolerance"}`,
        ),
      ).toBe(2);
    }
  }
  expect(application.events).toEqual([]);

  // Genuine: through once, byte by byte, however it is written and however often it is signed anew.
  expect(await status(genuine.body, genuine.headers)).toBe(200);
  const again = await signedBy(sender, { seconds: now - 5 });
  const repeat = await post(profile, again.body, again.headers);
  expect([repeat.status, repeat.headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
  if (sender.isHex === true && field !== undefined) {
    const upper = genuine.headers[field]?.replace(/[0-9a-f]{40,}/, (hex) => hex.toUpperCase()) ?? '';
    expect(await status(genuine.body, { ...genuine.headers, [field]: upper })).toBe(200);
  }
  const [event] = application.events;
  expect(application.events.length).toBe(1);
  expect(event?.body.toString()).toBe(genuine.body);
  expect(event?.headers['hookgate-event']).toBe(sender.event);
  expect(
    await gate.metric(
      `hookgate_checksum_matches_total{route="${profile}",key="primary",encoding="received"}`,
    ),
  ).toBeGreaterThan(1);
});

function otherKey(sender: Sender): string {
  return sender.profile === 'standard-webhooks'
    ? `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    : `${sender.key}-of-another-account`;
}

/** The digest in the other encoding, everything around it as it was. */
function otherEncoding(signature: string): string {
  const hex = /[0-9a-f]{40,}/.exec(signature)?.[0];
  if (hex !== undefined) return signature.replace(hex, Buffer.from(hex, 'hex').toString('base64'));
  const base64 = /[A-Za-z0-9+/]{43}=/.exec(signature)?.[0];
  if (base64 === undefined) return `${signature}x`;
  return signature.replace(base64, Buffer.from(base64, 'base64').toString('hex'));
}

/** The signature's field twice, both times genuine. */
async function twice(
  port: number,
  profile: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  field: string,
): Promise<void> {
  const client = await openRaw(port);
  const lines = [...Object.entries(headers), [field, headers[field] ?? '']].map(
    ([name, value]) => `${name}: ${value}`,
  );
  client.send(
    [
      `POST /hooks/${profile} HTTP/1.1`,
      'Host: gate.test',
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...lines,
      '',
      body,
    ].join('\r\n'),
  );
  expect(await client.closing()).toMatch(/^HTTP\/1\.1 401 /);
}
