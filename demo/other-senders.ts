import { createHmac } from 'node:crypto';
import type { SampleApplication } from './sample-application.ts';
import type { Row } from './scenes.ts';

/** A sender beside the first one, with a route and a key of its own. */
interface OtherSender {
  readonly name: string;
  readonly secret: string;
  readonly sign: (body: string, secret: string) => Record<string, string>;
}

/** The second act: each signs as its own pages say, with Node's HMAC. */
export const otherSenders: readonly OtherSender[] = [
  {
    name: 'paystack',
    secret: 'sk_test_demo',
    sign: (body, secret) => ({
      'x-paystack-signature': createHmac('sha512', secret).update(body).digest('hex'),
    }),
  },
  {
    name: 'stripe',
    secret: 'whsec_demo',
    sign(body, secret) {
      const time = Math.floor(Date.now() / 1000);
      const digest = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
      return { 'Stripe-Signature': `t=${time},v1=${digest}` };
    },
  },
];

/** For each sender: genuine, again and signed anew, tampered, and signed with the key of the other. */
export async function runSecondAct(gateUrl: string, application: SampleApplication): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, secret, sign } of otherSenders) {
    const url = `${gateUrl}/webhooks/${name}`;
    const body = (reference: string): string =>
      JSON.stringify({
        id: `evt_${reference}`,
        type: 'charge.success',
        event: 'charge.success',
        data: { amount: 1000, reference },
      });
    const foreign = otherSenders.find((other) => other.name !== name)?.secret ?? '';
    const scenes: [string, string, string, Record<string, string>, string, number][] = [
      ['an event', 'A', body(`${name}-A`), sign(body(`${name}-A`), secret), '200', 1],
      ['the same, signed anew', 'A', body(`${name}-A`), sign(body(`${name}-A`), secret), '200 duplicate', 1],
      [
        'amount changed',
        'B',
        body(`${name}-B`).replace('1000', '9000'),
        sign(body(`${name}-B`), secret),
        '401',
        0,
      ],
      ['with the other key', 'C', body(`${name}-C`), sign(body(`${name}-C`), foreign), '401', 0],
    ];
    for (const [sent, reference, text, headers, expected, times] of scenes) {
      const response = await fetch(url, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/json', ...headers },
      });
      const isRepeat = response.headers.get('hookgate-duplicate') === 'true';
      const answered = `${response.status}${isRepeat ? ' duplicate' : ''}`;
      const seen = application.seen(`${name}-${reference}`);
      rows.push({
        sent: `${name}: ${sent}`,
        answered,
        seen: seen === 1 ? 'once' : seen === 0 ? 'never' : `${seen} times`,
        asPromised: answered === expected && seen === times,
      });
    }
  }
  return rows;
}
