import { type ClientRequest, request } from 'node:http';
import type { SampleApplication } from './sample-application.ts';
import { signEvent } from './sign-event.ts';

/** One line of the table. */
export interface Row {
  readonly sent: string;
  readonly answered: string;
  readonly seen: string;
  readonly asPromised: boolean;
}

export interface Stage {
  readonly url: string;
  /** A loopback address that the allowlist does not have. */
  readonly unlistedFrom: string;
  readonly secret: Buffer;
  readonly application: SampleApplication;
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly duplicate: boolean;
}

/** Plays each kind of delivery once, in an order in which none disturbs the next. */
export async function runScenes(stage: Stage): Promise<Row[]> {
  const rows: Row[] = [];
  const event = (reference: string, secret = stage.secret): string =>
    signEvent({
      event: 'payment.session.succeeded',
      dataJson: `{"amount":1000,"currency":"NGN","reference":"${reference}"}`,
      secret,
      encoding: 'sorted',
    });
  const send = (body: string, from?: string): Promise<Answer> => post(stage.url, body, from);
  const row = (
    sent: string,
    reference: string,
    times: number,
    answers: Answer[],
    expected: string[],
  ): void => {
    const answered = answers.map(describe).sort();
    const seen = stage.application.seen(reference);
    rows.push({
      sent,
      answered: answered.join(' and '),
      seen: seen === 1 ? 'once' : seen === 0 ? 'never' : `${seen} times`,
      asPromised: seen === times && answered.join() === [...expected].sort().join(),
    });
  };

  row('a genuine event', 'A', 1, [await send(event('A'))], ['200']);
  row('the same event again', 'A', 1, [await send(event('A'))], ['200 duplicate']);
  row('an event twice at once', 'B', 1, await Promise.all([send(event('B')), send(event('B'))]), [
    '200',
    '200 duplicate',
  ]);
  row(
    'amount changed on the way',
    'C',
    0,
    [await send(event('C').replace('1000', '9000'))],
    ['401 checksum_mismatch'],
  );
  row(
    'signed with another key',
    'D',
    0,
    [await send(event('D', Buffer.from('other')))],
    ['401 checksum_mismatch'],
  );
  row(
    'no checksum',
    'E',
    0,
    [await send(event('E').replace(/"checksum":"\w+",/, ''))],
    ['401 checksum_mismatch'],
  );
  row(
    'from an unlisted address',
    'F',
    0,
    [await send(event('F'), stage.unlistedFrom)],
    ['403 address_not_allowed'],
  );
  row('malformed JSON', 'G', 0, [await send(event('G').slice(0, -1))], ['400 malformed_body']);
  stage.application.failNext(1, 500);
  row('while the application fails', 'H', 1, [await send(event('H'))], ['500']);
  row('the retry after that', 'H', 2, [await send(event('H'))], ['200']);
  row('and once more', 'H', 2, [await send(event('H'))], ['200 duplicate']);
  return rows;
}

function describe({ status, code, duplicate }: Answer): string {
  return `${status}${code === undefined ? '' : ` ${code}`}${duplicate ? ' duplicate' : ''}`;
}

function post(url: string, body: string, localAddress?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const outgoing: ClientRequest = request(url, {
      method: 'POST',
      headers,
      ...(localAddress && { localAddress }),
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const isProblem = response.headers['content-type'] === 'application/problem+json';
        const problem = isProblem
          ? (JSON.parse(Buffer.concat(chunks).toString()) as { code: string })
          : undefined;
        resolve({
          status: response.statusCode ?? 0,
          code: problem?.code,
          duplicate: response.headers['hookgate-duplicate'] === 'true',
        });
      });
    });
    outgoing.end(body);
  });
}
