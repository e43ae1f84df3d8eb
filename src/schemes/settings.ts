/**
 * The room `schemes` says how senders sign. A scheme is data: it is compiled once when the configuration loads, and the
 * pipeline, the gates and the stores know no sender's name. docs/schemes.md describes every key.
 */

export const algorithms = ['hmac-sha256', 'hmac-sha512', 'hmac-sha1', 'ed25519', 'equals'] as const;
export type Algorithm = (typeof algorithms)[number];

export const digestEncodings = ['hex', 'base64', 'base64url'] as const;
export type DigestEncoding = (typeof digestEncodings)[number];

export const timeUnits = ['s', 'ms'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** A scheme as it is written in hookgate.yaml; empty text where there is none of a thing. */
export interface SchemeSettings {
  /** `header:NAME`, `header:NAME#tag` or `json:/member`. */
  readonly signature: string;
  /** Before the signature's text, such as `sha256=`. */
  readonly prefix: string;
  readonly algorithm: Algorithm;
  readonly encoding: DigestEncoding;
  /** What is signed: literal text and parts in braces. */
  readonly message: string;
  /** `text`, `base64` or `hex`, perhaps with a prefix to cut off behind a blank: `base64 whsec_`. */
  readonly key: string;
  readonly timestamp: {
    /** Where the signed time stands; empty: the sender signs none. */
    readonly from: string;
    readonly unit: TimeUnit;
    /** Milliseconds, before and behind. */
    readonly tolerance: number;
  };
  /** What the event is called: `json:/type` or `header:NAME`. */
  readonly event: string;
  /** What makes two deliveries the same, where it is signed. */
  readonly id: string;
  /** How long the sender tries again: a duration, `none`, or `unknown`, which counts as 72 h. */
  readonly triesAgainFor: string;
  /** For `{url}`: the URL as it is registered with the sender. */
  readonly publicUrl: string;
}

/** A scheme under a name. */
export interface Profile extends SchemeSettings {
  readonly name: string;
  /** Whose it is, and what an operator has to know; one sentence each. */
  readonly title: string;
  readonly notes: readonly string[];
  /** Pages on which the facts stand. */
  readonly sources: readonly string[];
  /** The sender waits this long for an answer, in milliseconds; undefined where it is not known. */
  readonly deadlineMs: number | undefined;
}

/** What most senders share; a profile states the rest. */
export const usualSettings: Omit<SchemeSettings, 'signature'> = {
  prefix: '',
  algorithm: 'hmac-sha256',
  encoding: 'hex',
  message: '{body}',
  key: 'text',
  timestamp: { from: '', unit: 's', tolerance: 300_000 },
  event: '',
  id: '',
  triesAgainFor: 'unknown',
  publicUrl: '',
};
