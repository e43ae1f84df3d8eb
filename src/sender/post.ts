import { Pool } from 'undici';
import { trustedAuthorities } from '../values/trusted-authorities.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';

/** What came back for one posted body. */
export interface PostResult {
  /** Undefined: no answer. */
  readonly status: number | undefined;
  /** The gate's rejection code, or why there was no answer. */
  readonly code: string | undefined;
  /** The gate says that the application had this event before. */
  readonly duplicate: boolean;
  readonly requestId: string | undefined;
  readonly latencyMs: number;
}

export interface Poster {
  /** `own`: further fields of this delivery, names and values alternating. */
  post(body: string, signal: AbortSignal, own?: readonly string[]): Promise<PostResult>;
  close(): Promise<void>;
}

/** Posts bodies to one URL over at most `connections` connections. */
export function createPoster(target: {
  readonly url: URL;
  /** Names and values alternating. */
  readonly headers: readonly string[];
  readonly caPem: string | undefined;
  readonly timeoutMs: number;
  readonly connections: number;
}): Poster {
  const pool = new Pool(target.url.origin, {
    connections: target.connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: {
      timeout: target.timeoutMs,
      ...(target.url.protocol === 'https:' ? { secureContext: trustedAuthorities(target.caPem) } : {}),
    },
  });
  const path = target.url.pathname + target.url.search;

  return {
    async post(body, signal, own = []) {
      const startedMs = performance.now();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(target.timeoutMs)]);
      try {
        const answer = await pool.request({
          method: 'POST',
          path,
          headers: withType([...target.headers, ...own]),
          body,
          signal: limit,
        });
        const text = await answer.body.text();
        return {
          status: answer.statusCode,
          code: rejectionCode(text, answer.headers['content-type']),
          duplicate: answer.headers['hookgate-duplicate'] === 'true',
          requestId: first(answer.headers['x-request-id']),
          latencyMs: performance.now() - startedMs,
        };
      } catch (error) {
        // Whatever went wrong is this attempt's result; the next one is tried all the same.
        const code = signal.aborted ? 'interrupted' : reasonOf(error);
        const latencyMs = performance.now() - startedMs;
        return { status: undefined, code, duplicate: false, requestId: undefined, latencyMs };
      }
    },
    close: () => pool.destroy(),
  };
}

/** A sender that signs the type of the body has named it already. */
function withType(headers: readonly string[]): string[] {
  const named = headers.some((field, at) => at % 2 === 0 && field.toLowerCase() === 'content-type');
  return [...(named ? [] : ['Content-Type', 'application/json']), ...headers];
}

/** The `code` of a problem document (RFC 9457). */
function rejectionCode(text: string, contentType: string | string[] | undefined): string | undefined {
  if (!first(contentType)?.startsWith('application/problem+json')) return undefined;
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined;
    return typeof problem.code === 'string' ? problem.code : undefined;
  } catch {
    // Not the gate's own answer, so there is no code to tell.
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return whatWentWrong(error);
  if (error.name === 'TimeoutError') return 'timeout';
  return 'code' in error && typeof error.code === 'string' ? error.code : whatWentWrong(error);
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
