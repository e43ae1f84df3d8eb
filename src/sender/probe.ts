import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { probeHeader } from '../delivery/probe-header.ts';

/** What answered at a URL. */
export type Probed =
  | { readonly kind: 'gate' }
  /** Something else than a gate: whoever calls this URL goes past it. */
  | { readonly kind: 'past'; readonly found: string }
  | { readonly kind: 'no answer'; readonly found: string };

/**
 * Asks over a connection of its own whether a gate answers at `url`, by a POST without a body and a random word that only
 * a gate gives back. An application that answers instead sees no event, only that empty POST. Never rejects.
 */
export async function probe(
  url: URL,
  { timeoutMs, caPem }: { readonly timeoutMs: number; readonly caPem: string | undefined },
): Promise<Probed> {
  const word = randomBytes(16).toString('hex');
  const pool = new Pool(url.origin, {
    connections: 1,
    connect: { timeout: timeoutMs, ...(caPem !== undefined && { ca: caPem }) },
    allowH2: false,
  });
  try {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: url.pathname + url.search,
      headers: [probeHeader, word],
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = (await body.text()).slice(0, 4096);
    // Both: a page that shows or sends back what it was asked with is no gate.
    const isGate =
      headers[probeHeader.toLowerCase()] === word &&
      statusCode >= 400 &&
      text.includes('"urn:hookgate:rejection:');
    return isGate ? { kind: 'gate' } : { kind: 'past', found: `answered ${statusCode}, and not by a gate` };
  } catch (error) {
    return { kind: 'no answer', found: reasonOf(error) };
  } finally {
    await pool.destroy();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
