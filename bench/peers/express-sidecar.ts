/**
 * What a team writes by hand in the gate's place, with the parts that it knows: Express, pino-http, prom-client, `fetch` and a
 * Map. `node express-sidecar.ts PORT UPSTREAM PATH SECRET`.
 *
 * It does less than the gate: `JSON.parse` takes what is no strict JSON, the checksum is over `data` written anew, one
 * address and one key are allowed, repeats are forgotten with the process, and a repeat in flight is not awaited.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Request } from 'express';
import { pinoHttp } from 'pino-http';
import { Counter, collectDefaultMetrics, Histogram, register } from 'prom-client';

const [port, upstream, path, secret] = process.argv.slice(2) as [string, string, string, string];
const allowed = new Set(['127.0.0.1']);
const retentionMs = 24 * 60 * 60 * 1000;
const delivered = new Map<string, number>();

collectDefaultMetrics();
const outcomes = new Counter({ name: 'webhooks_total', help: 'Webhooks', labelNames: ['outcome'] });
const seconds = new Histogram({ name: 'webhook_duration_seconds', help: 'Time to the answer' });

setInterval(() => {
  const oldest = Date.now() - retentionMs;
  for (const [key, at] of delivered) if (at < oldest) delivered.delete(key);
}, 60_000).unref();

interface WithRawBody extends Request {
  rawBody?: Buffer;
}

const app = express();
app.disable('x-powered-by');
app.use(pinoHttp());
app.get('/metrics', async (_request, response) => {
  response.type(register.contentType).send(await register.metrics());
});
app.get('/ready', (_request, response) => {
  response.send('ok');
});

const keepRawBody = (request: WithRawBody, _response: unknown, bytes: Buffer): void => {
  request.rawBody = bytes;
};
app.post(
  path,
  express.json({ limit: '1mb', verify: keepRawBody }),
  async (request: WithRawBody, response) => {
    const done = seconds.startTimer();
    const answer = (status: number, outcome: string, body: string): void => {
      outcomes.inc({ outcome });
      done();
      response.status(status).send(body);
    };
    if (!allowed.has(request.ip ?? '')) return answer(403, 'forbidden', 'forbidden');
    const { checksum, data, event } = request.body ?? {};
    if (typeof checksum !== 'string' || typeof event !== 'string' || data === undefined)
      return answer(400, 'malformed', 'not an event');
    const expected = createHmac('sha256', secret)
      .update(`${event}|${JSON.stringify(data)}`)
      .digest();
    const claimed = Buffer.from(checksum, 'hex');
    if (claimed.length !== expected.length || !timingSafeEqual(claimed, expected))
      return answer(401, 'forged', 'wrong checksum');
    const key = expected.toString('hex');
    if (delivered.has(key)) {
      response.set('Hookgate-Duplicate', 'true');
      return answer(200, 'repeat', 'delivered before');
    }
    delivered.set(key, Date.now());
    try {
      const answered = await fetch(upstream + request.originalUrl, {
        method: 'POST',
        headers: { 'content-type': request.get('content-type') ?? 'application/json' },
        body: new Uint8Array(request.rawBody ?? Buffer.alloc(0)),
      });
      const text = await answered.text();
      if (!answered.ok) delivered.delete(key);
      return answer(answered.status, answered.ok ? 'delivered' : 'refused', text);
    } catch (error) {
      delivered.delete(key);
      request.log.error(error);
      return answer(502, 'unreachable', 'the application cannot be reached');
    }
  },
);

app.listen(Number(port), '127.0.0.1');
