export interface GateAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The code of the problem document; undefined for any other answer. */
  readonly code: string | undefined;
}

/** Sends a body to a gate as JSON; rejects where the connection breaks. */
export async function postEvent(
  url: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<GateAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
    redirect: 'manual',
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: isProblem ? (JSON.parse(text) as { code: string }).code : undefined,
  };
}
