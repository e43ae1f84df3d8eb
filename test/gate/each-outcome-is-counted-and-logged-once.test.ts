import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { signedEvent } from '../support/sign-event.ts';

const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
const ms = expect.any(Number);
const duplicateKey = expect.stringMatching(/^[0-9a-f]{64}$/);
const event = 'payment.session.succeeded';

/** What every line says of an event whose checksum held. */
const verified = {
  level: 'info',
  time: expect.stringMatching(/^\d{4}-.*Z$/),
  msg: 'delivery',
  requestId: uuid,
  route: 'juicyway',
  address: '127.0.0.1',
  event,
  key: 'primary',
  encoding: 'received',
  duplicateKey,
  bodyBytes: expect.any(Number),
  durationMs: ms,
  gateMs: ms,
};

test('one line and one count a delivery, whatever became of it', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, {
    stdout: 'pipe',
    env: { HOOKGATE_DRAIN_DELAY: '0s', HOOKGATE_UPSTREAM_TIMEOUT: '300ms' },
  });
  const log = text(gate.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>);
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  const requestIds: (string | null)[] = [];
  const post = async (body: Buffer | string, to = url): Promise<number> => {
    const answer = await postEvent(to, body);
    requestIds.push(answer.headers.get('x-request-id'));
    return answer.status;
  };
  const genuine = signedEvent(event, { n: 1 });

  const statuses = [
    await post(genuine),
    await post(genuine),
    await post(genuine.toString().replace('"n":1', '"n":2')),
    await post('{}', url.replace('juicyway', 'nowhere')),
  ];
  application.answer = (response) => void response.writeHead(422).end();
  statuses.push(await post(signedEvent(event, { n: 3 })));
  application.answer = () => {};
  statuses.push(await post(signedEvent(event, { n: 4 })));
  expect(statuses).toEqual([200, 200, 401, 404, 422, 504]);

  const metrics = await (await fetch(`http://127.0.0.1:${places.adminPort}/metrics`)).text();
  const counted = (name: string): string[] =>
    metrics.split('\n').filter((line) => line.startsWith(`${name}{`) && !line.endsWith(' 0'));
  const deliveries = [
    '{route="none",outcome="rejected"} 1',
    '{route="juicyway",outcome="forwarded"} 1',
    '{route="juicyway",outcome="duplicate"} 1',
    '{route="juicyway",outcome="rejected"} 1',
    '{route="juicyway",outcome="upstream_refused"} 1',
    '{route="juicyway",outcome="upstream_failed"} 1',
  ];
  const sorted = (lines: readonly string[]): string[] => [...lines].sort();
  expect(sorted(counted('hookgate_deliveries_total'))).toEqual(
    sorted(deliveries.map((labels) => `hookgate_deliveries_total${labels}`)),
  );
  expect(sorted(counted('hookgate_delivery_duration_seconds_count'))).toEqual(
    sorted(deliveries.map((labels) => `hookgate_delivery_duration_seconds_count${labels}`)),
  );
  expect(counted('hookgate_rejections_total')).toEqual([
    'hookgate_rejections_total{route="none",reason="unknown_path"} 1',
    'hookgate_rejections_total{route="juicyway",reason="checksum_mismatch"} 1',
    'hookgate_rejections_total{route="juicyway",reason="upstream_timeout"} 1',
  ]);
  expect(sorted(counted('hookgate_upstream_duration_seconds_count'))).toEqual(
    sorted(['2xx', '4xx', 'none']).map(
      (code_class) =>
        `hookgate_upstream_duration_seconds_count{route="juicyway",code_class="${code_class}"} 1`,
    ),
  );
  expect(counted('hookgate_checksum_matches_total')).toEqual([
    'hookgate_checksum_matches_total{route="juicyway",key="primary",encoding="received"} 4',
  ]);
  expect(metrics).toContain('\nhookgate_gate_duration_seconds_count 6\n');

  gate.kill('SIGTERM');
  await once(gate, 'exit');
  const lines = (await log)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'delivery');
  expect(lines.map(({ requestId }) => requestId)).toEqual(requestIds);
  const { event: _event, key: _key, encoding: _encoding, duplicateKey: _duplicate, ...unverified } = verified;
  expect(lines).toEqual([
    { ...verified, outcome: 'forwarded', upstreamStatus: 200, upstreamMs: ms },
    { ...verified, outcome: 'duplicate' },
    { ...unverified, outcome: 'rejected', reason: 'checksum_mismatch', detail: expect.any(String) },
    {
      ...unverified,
      bodyBytes: undefined,
      route: 'none',
      outcome: 'rejected',
      reason: 'unknown_path',
      detail: expect.any(String),
    },
    { ...verified, outcome: 'upstream_refused', upstreamStatus: 422, upstreamMs: ms },
    {
      ...verified,
      level: 'warn',
      outcome: 'upstream_failed',
      reason: 'upstream_timeout',
      detail: expect.any(String),
      warning: expect.stringContaining('may have run'),
      upstreamMs: ms,
    },
  ]);
});
