import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type DuplicateStore, StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { type RejectionCode, rejectionCodes, rejectionRules } from '../../src/delivery/rejections.ts';
import { type EventApplication, startEventApplication } from '../support/event-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { type GateForTest, runGate, type Sections } from '../support/running-gate.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';

/** What a gate with these settings answers to what `provoke` does. */
interface Case {
  readonly code: RejectionCode;
  readonly sections?: Sections;
  readonly store?: DuplicateStore;
  readonly provoke: (gate: GateForTest, application: EventApplication) => Promise<Answered>;
  /** The application may have seen the event: the refusal came from it, or after it. */
  readonly reachesApplication?: boolean;
}
interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

const down = async (): Promise<never> => {
  throw new StoreUnavailable('the store is away');
};
const storeThatIsDown: DuplicateStore = {
  answersWithinMs: 0,
  claim: down,
  confirm: down,
  release: down,
  isDelivered: down,
  health: async () => ({ up: false, detail: 'the store is away' }),
  close: async () => undefined,
};
const event = (): Buffer =>
  signedEvent('payment.session.succeeded', { reference: crypto.randomUUID(), amount: 1000 });

const cases: Case[] = [
  { code: 'ambiguous_path', provoke: ({ port }) => raw(port, 'POST /webhooks//juicyway HTTP/1.1') },
  { code: 'unknown_path', provoke: ({ port }) => raw(port, 'POST /elsewhere HTTP/1.1') },
  { code: 'method_not_allowed', provoke: ({ port }) => raw(port, 'GET /webhooks/juicyway HTTP/1.1') },
  {
    code: 'malformed_request',
    provoke: ({ port }) =>
      raw(port, 'POST /webhooks/juicyway HTTP/1.1', ['Transfer-Encoding: gzip, chunked']),
  },
  {
    code: 'headers_too_large',
    provoke: ({ post }) => post(event(), Object.fromEntries(range(120).map((index) => [`x-${index}`, 'y']))),
  },
  {
    code: 'client_address_unknown',
    sections: { clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.1] }' },
    provoke: ({ post }) => post(event()),
  },
  {
    code: 'address_not_allowed',
    sections: { clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.1] }' },
    provoke: ({ post }) => post(event(), { 'x-forwarded-for': '198.51.100.7' }),
  },
  {
    code: 'allowlist_empty',
    async provoke({ allowlistFile, gate, post }) {
      writeFileSync(allowlistFile, 'addresses: []\n');
      await gate.reload();
      return post(event());
    },
  },
  {
    code: 'body_too_large',
    sections: { limits: '{ body: 1KiB }' },
    provoke: ({ post }) => post(signedEvent('deposit.received', { padding: 'x'.repeat(2000) })),
  },
  {
    code: 'body_timeout',
    sections: { limits: '{ bodyTime: 100ms }' },
    provoke: ({ port }) =>
      raw(
        port,
        'POST /webhooks/juicyway HTTP/1.1',
        ['Content-Type: application/json', 'Content-Length: 100'],
        '{',
      ),
  },
  { code: 'unsupported_media_type', provoke: ({ post }) => post(event(), { 'content-type': 'text/plain' }) },
  { code: 'malformed_body', provoke: ({ post }) => post('{"event":') },
  { code: 'checksum_missing', provoke: ({ post }) => post('{"event":"deposit.received","data":{}}') },
  {
    code: 'checksum_mismatch',
    provoke: ({ post }) => post(event().toString().replace('"amount":1000', '"amount":9000')),
  },
  {
    code: 'timestamp_out_of_tolerance',
    // A sender that signs the time; the keys are those of the test's own sender.
    sections: {
      routes: '[{ name: juicyway, path: /webhooks/juicyway, scheme: slack, keysDirectory: KEYS_DIRECTORY }]',
    },
    provoke({ post }) {
      const [seconds, body] = [String(Math.floor(Date.now() / 1000) - 400), '{"event_id":"Ev1"}'];
      const digest = createHmac('sha256', testSecret).update(`v0:${seconds}:${body}`).digest('hex');
      return post(body, { 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${digest}` });
    },
  },
  {
    code: 'unsigned_fields',
    sections: { routes: '[{ name: juicyway, path: /webhooks/juicyway, unsignedFields: reject }]' },
    provoke: ({ post }) => post(event().toString().replace(/}$/, ',"note":"unsigned"}')),
  },
  {
    code: 'in_flight_elsewhere',
    sections: { limits: '{ waiters: 1 }', upstream: 'UPSTREAM, timeout: 5s }' },
    reachesApplication: true,
    async provoke({ post }, application) {
      const body = event();
      let finish = (): void => undefined;
      application.answer = (response) => {
        finish = () => response.end();
      };
      const first = post(body);
      await application.arrived(1);
      const outcomes = [post(body), post(body)];
      const refused = await Promise.race(outcomes);
      finish();
      await Promise.all([first, ...outcomes]);
      return refused;
    },
  },
  { code: 'store_unavailable', store: storeThatIsDown, provoke: ({ post }) => post(event()) },
  {
    code: 'upstream_unreachable',
    async provoke({ post }, application) {
      await stopListening(application);
      return post(event());
    },
  },
  {
    code: 'upstream_protocol_error',
    reachesApplication: true,
    provoke({ post }, application) {
      application.answer = (response) => response.socket?.destroy();
      return post(event());
    },
  },
  {
    code: 'upstream_timeout',
    sections: { upstream: 'UPSTREAM, timeout: 100ms }' },
    reachesApplication: true,
    provoke({ post }, application) {
      application.answer = () => undefined;
      return post(event());
    },
  },
  {
    code: 'overloaded',
    sections: { limits: '{ inFlight: 1 }' },
    reachesApplication: true,
    async provoke({ post }, application) {
      let finish = (): void => undefined;
      application.answer = (response) => {
        finish = () => response.end();
      };
      const first = post(event());
      await application.arrived(1);
      const refused = await post(event());
      finish();
      await first;
      return refused;
    },
  },
  {
    code: 'shutting_down',
    sections: { drain: '{ delay: 1s }' },
    async provoke({ gate, post }, application) {
      await stopListening(application);
      void gate.stop();
      return post(event());
    },
  },
];

/** A fault in a gate cannot be provoked from outside; test/pipeline has the test. */
const notFromOutside: readonly RejectionCode[] = ['internal_error'];

test('the cases are all the codes of the table', () => {
  expect([...cases.map(({ code }) => code), ...notFromOutside].sort()).toEqual([...rejectionCodes].sort());
});

test.each(cases)('$code', async ({ code, sections, store, provoke, reachesApplication }) => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, sections, store);
  const answered = await provoke(gate, application);

  const { status, title, shownAs = code, retryAfterSeconds } = rejectionRules[code];
  const requestId = answered.headers.get('x-request-id');
  expect(answered.status).toBe(status);
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  expect(JSON.parse(answered.text)).toEqual({
    type: `urn:hookgate:rejection:${shownAs}`,
    title,
    status,
    code: shownAs,
    requestId,
  });
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(answered.headers.get('retry-after')).toBe(
    retryAfterSeconds === undefined ? null : String(retryAfterSeconds),
  );
  if (!reachesApplication) expect(application.events).toEqual([]);

  const rejections = (await (await fetch(`${gate.adminUrl}/rejections`)).json()) as { reason: string }[];
  expect(rejections.map(({ reason }) => reason)).toContain(code);
  const counted = await Promise.all(
    ['juicyway', 'none'].map((route) =>
      gate.metric(`hookgate_rejections_total{route="${route}",reason="${code}"}`),
    ),
  );
  expect(Math.max(...counted)).toBeGreaterThan(0);
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Sends bytes that `fetch` would refuse to send. */
async function raw(
  port: number,
  requestLine: string,
  lines: readonly string[] = [],
  body = '',
): Promise<Answered> {
  const client = await openRaw(port);
  client.send([requestLine, 'Host: gate.test', 'Connection: close', ...lines, '', body].join('\r\n'));
  const received = await client.closing();
  const [head = '', ...rest] = received.split('\r\n\r\n');
  const [statusLine = '', ...fields] = head.split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    text: rest.join('\r\n\r\n'),
    headers: new Headers(fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2) as [string, string])),
  };
}

function stopListening({ server }: EventApplication): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
