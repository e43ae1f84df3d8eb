/**
 * Every way in which Hookgate refuses a delivery: the one table behind answers, metrics and docs/rejections.md.
 *
 * The sentence is all that a sender is told besides the code (RFC 9457): which check failed in detail is for the
 * log line, since an attacker reads the answer too.
 */
export interface RejectionRule {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The `title` of the problem document; the same for every refusal with this code. */
  readonly title: string;
  /** Seconds for Retry-After; absent where an early retry would change nothing. */
  readonly retryAfterSeconds?: number;
  /** The code shown in the answer, where it must not tell two causes apart. */
  readonly shownAs?: RejectionCode;
}

const rules = {
  ambiguous_path: { status: 400, title: 'The path can be read in more than one way.' },
  unknown_path: { status: 404, title: 'Nothing is served at this path.' },
  method_not_allowed: { status: 405, title: 'Events are delivered with POST.' },
  malformed_request: { status: 400, title: 'The request is not well-formed HTTP.' },
  headers_too_large: { status: 431, title: 'The request has too many or too large headers.' },
  client_address_unknown: { status: 403, title: 'The address of the sender cannot be determined.' },
  address_not_allowed: { status: 403, title: 'The address of the sender is not on the allowlist.' },
  allowlist_empty: { status: 403, title: 'The allowlist is empty, so no sender is admitted.' },
  body_too_large: { status: 413, title: 'The body is larger than the limit.' },
  body_timeout: { status: 408, title: 'The body did not arrive in time.' },
  unsupported_media_type: { status: 415, title: 'The body must be uncompressed JSON in UTF-8.' },
  malformed_body: { status: 400, title: 'The body is not a well-formed event.' },
  checksum_missing: { status: 401, title: 'The checksum does not hold.', shownAs: 'checksum_mismatch' },
  checksum_mismatch: { status: 401, title: 'The checksum does not hold.' },
  timestamp_out_of_tolerance: {
    status: 401,
    title: 'The checksum does not hold.',
    shownAs: 'checksum_mismatch',
  },
  unsigned_fields: { status: 400, title: 'The body has fields that the checksum does not cover.' },
  in_flight_elsewhere: {
    status: 409,
    title: 'The same event is being delivered at this moment.',
    retryAfterSeconds: 5,
  },
  store_unavailable: {
    status: 503,
    title: 'Repeats cannot be told apart at the moment.',
    retryAfterSeconds: 5,
  },
  upstream_unreachable: { status: 502, title: 'The application cannot be reached.' },
  upstream_protocol_error: { status: 502, title: 'The application did not complete its answer.' },
  upstream_timeout: { status: 504, title: 'The application did not answer in time.' },
  overloaded: { status: 503, title: 'Too many deliveries are in progress.', retryAfterSeconds: 5 },
  internal_error: { status: 500, title: 'The gate failed; the event was not accepted.' },
  shutting_down: { status: 503, title: 'The gate is shutting down.', retryAfterSeconds: 5 },
} satisfies Record<string, Omit<RejectionRule, 'shownAs'> & { shownAs?: 'checksum_mismatch' }>;

/** A reason for refusal: the `code` of the answer and the `reason` label of `hookgate_rejections_total`. */
export type RejectionCode = keyof typeof rules;

/** The table, by code. A test holds docs/rejections.md equal to it. */
export const rejectionRules: Readonly<Record<RejectionCode, RejectionRule>> = rules;

/** All codes, in the order of the table. */
export const rejectionCodes = Object.keys(rules) as RejectionCode[];

/** A detail may quote a header of 16 KiB; log collectors cut lines of that length in two. */
const maxDetailLength = 300;

/** A refusal, as a gate returns it. `detail` goes to the log and to `/rejections`, never to the sender. */
export class Rejection {
  readonly code: RejectionCode;
  readonly detail: string;
  /** Header fields that this refusal adds to the answer, such as Allow. */
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(code: RejectionCode, detail: string, headers?: Readonly<Record<string, string>>) {
    this.code = code;
    this.detail = detail.length > maxDetailLength ? `${detail.slice(0, maxDetailLength)}…` : detail;
    this.headers = headers;
  }
}

/** Refuses. `detail` must hold nothing secret and nothing of the body's data. */
export function reject(
  code: RejectionCode,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): Rejection {
  return new Rejection(code, detail, headers);
}
