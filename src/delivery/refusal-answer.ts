import { type Rejection, rejectionRules } from './rejections.ts';

/** A refusal as an answer, whatever it is written on. All of it is ASCII. */
export interface RefusalAnswer {
  readonly status: number;
  /** Names and values alternating; without Date and Connection, which whoever writes it knows. */
  readonly fields: readonly string[];
  readonly body: string;
}

/** RFC 9457. The sentence comes from the table; the detail stays in the log. */
export function refusalAnswer(rejection: Rejection, requestId: string): RefusalAnswer {
  const rule = rejectionRules[rejection.code];
  const code = rule.shownAs ?? rejection.code;
  const { status, title } = rule;
  const body = JSON.stringify({ type: `urn:hookgate:rejection:${code}`, title, status, code, requestId });
  const fields = ['Content-Type', 'application/problem+json'];
  fields.push('Content-Length', String(body.length), 'X-Request-Id', requestId);
  if (rule.retryAfterSeconds !== undefined) fields.push('Retry-After', String(rule.retryAfterSeconds));
  for (const name in rejection.headers) fields.push(name, rejection.headers[name] ?? '');
  return { status, fields, body };
}
