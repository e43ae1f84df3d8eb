import type { RejectionCode } from './rejections.ts';

/** What usually causes a refusal, and what to do: for operators, never for senders. docs/rejections.md is held equal to it. */
export interface Remedy {
  readonly cause: string;
  readonly remedy: string;
}

export const remedies: Readonly<Record<RejectionCode, Remedy>> = {
  ambiguous_path: {
    cause: 'the registered URL has a trailing slash, another case, `//`, `%2F` or the like',
    remedy: 'register exactly the path of the route',
  },
  unknown_path: {
    cause: 'the path is no route and `otherPaths` is `deny`',
    remedy: 'add the route, or set `otherPaths: passthrough`',
  },
  method_not_allowed: {
    cause: 'a browser or a health check called the webhook path',
    remedy: 'point the check at `/livez` or `/readyz` of the admin port',
  },
  malformed_request: {
    cause: 'broken or hostile HTTP; a sender that left in the middle of the body',
    remedy: 'the log line says which rule; from the genuine sender: look at what stands in between',
  },
  headers_too_large: {
    cause: 'something in between adds many headers',
    remedy: 'raise `limits.headers` or `limits.headerBytes`',
  },
  client_address_unknown: {
    cause: 'a trusted proxy sent no usable address',
    remedy: 'make the proxy set X-Forwarded-For, or set `clientAddress.from` to what it does send',
  },
  address_not_allowed: {
    cause: 'the sender uses a new address; or every request seems to come from the load balancer',
    remedy:
      "compare the log's `address` and `hops` with the provider's list; behind a load balancer set `clientAddress` (docs/client-address.md)",
  },
  allowlist_empty: {
    cause: 'the allowlist file has no entries',
    remedy: "paste the provider's addresses",
  },
  body_too_large: {
    cause: 'not a usual event',
    remedy: 'raise `limits.body` or `limits.bodyTime` if the sender is genuine',
  },
  body_timeout: {
    cause: 'not a usual event',
    remedy: 'raise `limits.body` or `limits.bodyTime` if the sender is genuine',
  },
  unsupported_media_type: {
    cause: 'not JSON, or compressed',
    remedy:
      'let the sender send `application/json` (GitHub: the content type of the webhook); if it does, something in between changes the request',
  },
  malformed_body: {
    cause: 'not one well-formed event',
    remedy: '`hookgate explain` on a captured body',
  },
  checksum_missing: {
    cause: 'forged, altered on the way, or signed with another key',
    remedy: '`hookgate explain` names the nearest match',
  },
  checksum_mismatch: {
    cause: 'forged, altered on the way, or signed with another key',
    remedy: '`hookgate explain` names the nearest match',
  },
  timestamp_out_of_tolerance: {
    cause: 'a replay, or a clock that is wrong: the signature holds, its time is too far off',
    remedy: 'compare the clocks; docs/schemes.md says how far',
  },
  unsigned_fields: {
    cause: 'the route says `unsignedFields: reject`',
    remedy: '`strip` takes such fields out instead',
  },
  in_flight_elsewhere: {
    cause: 'two attempts at once; a process died while it delivered',
    remedy: 'nothing: the sender tries again; after the lease the event goes through',
  },
  store_unavailable: {
    cause: 'the duplicate store does not answer',
    remedy: '`/status` and the log say what is wrong with it; the sender tries again',
  },
  upstream_unreachable: {
    cause: 'the application is not running, or `upstream.url` is wrong',
    remedy: '`hookgate check`',
  },
  upstream_protocol_error: {
    cause: 'the application broke off or took too long; the log says when it may have run',
    remedy: "the application's own log, by X-Request-Id",
  },
  upstream_timeout: {
    cause: 'the application broke off or took too long; the log says when it may have run',
    remedy: "the application's own log, by X-Request-Id",
  },
  overloaded: {
    cause:
      'the application is slower than the events come; or bodies and streams take all of `limits.bufferedBytes`',
    remedy:
      'the log line says which limit: raise it, with the memory that it takes, or make the application answer before lengthy work',
  },
  internal_error: {
    cause: 'a fault in Hookgate; the log line has the stack',
    remedy: 'report it; the event was not accepted and is sent again',
  },
  shutting_down: {
    cause: 'the gate, or the pod, is being stopped',
    remedy: 'nothing: the sender tries again',
  },
};
