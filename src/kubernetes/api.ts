/** The room `kubernetes` speaks with the API server: the few calls that the injector needs. */
import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { isMap } from '../values/is-map.ts';

export interface ApiOptions {
  /** Such as https://kubernetes.default.svc. */
  readonly server: string;
  /** PEM. */
  readonly caFile: string;
  /** Read again for every call: the kubelet renews it. */
  readonly tokenFile: string;
  readonly timeoutMs: number;
}

export interface ApiAnswer {
  readonly status: number;
  /** JSON; undefined where it is none. */
  readonly body: unknown;
}

export interface Api {
  /** Rejects where no answer came; any status is an answer. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<ApiAnswer>;
  close(): Promise<void>;
}

const maxAnswerBytes = 16 * 1024 * 1024;

export async function createApi({ server, caFile, tokenFile, timeoutMs }: ApiOptions): Promise<Api> {
  const agent = new Agent({
    connect: { ca: await readFile(caFile, 'utf8'), timeout: timeoutMs },
    connections: 8,
    keepAliveTimeout: 30_000,
    maxResponseSize: maxAnswerBytes,
  });
  return {
    async call(method, path, body, contentType = 'application/json') {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      const { origin, pathname, search } = new URL(path, server);
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': contentType }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: parseJson(text) };
    },
    close: () => agent.close(),
  };
}

/** What an answer that was not wanted says, for the log. */
export function unwantedAnswer({ status, body }: ApiAnswer): string {
  const message = isMap(body) ? body.message : undefined;
  return `the API server answered ${status}${typeof message === 'string' ? `: ${message}` : ''}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A proxy's page or an empty body; the status says enough.
    return undefined;
  }
}
