import type { Way } from '../json/way.ts';
import type { EnvelopeForm } from './envelope.ts';
import type { Algorithm, DigestEncoding, SchemeSettings, TimeUnit } from './settings.ts';
import type { Part, Place } from './template.ts';

/** How one sender signs, compiled. Whatever differs between senders lies here, and nowhere else. */
export interface Scheme {
  /** The profile's name. */
  readonly name: string;
  readonly settings: SchemeSettings;
  readonly signature: SignaturePlace;
  /** Before the signature's text. */
  readonly prefix: string;
  readonly algorithm: Algorithm;
  readonly encoding: DigestEncoding;
  readonly message: readonly Part[];
  /** Computed from the message, never stated: the whole body, some members of it, or nothing of it. */
  readonly covers: 'body' | 'members' | 'nothing';
  /** The ways of writing that are tried for the part with `@`; empty where there is none. */
  readonly ways: readonly Way[];
  /** Some listed way writes strings anew, so that one event has many spellings. */
  readonly rewritesStrings: boolean;
  readonly key: KeyForm;
  readonly time: { readonly from: Place; readonly unit: TimeUnit; readonly toleranceMs: number } | undefined;
  readonly event: { readonly from: Place; readonly isSigned: boolean } | undefined;
  /** Only where it is signed. */
  readonly id: Place | undefined;
  /** Which members are read, and how strictly; where the body is signed whole, none are before it is verified. */
  readonly form: EnvelopeForm | undefined;
  readonly publicUrl: string;
  /** Milliseconds; 0 where nothing is sent again. */
  readonly triesAgainForMs: number;
  readonly deadlineMs: number | undefined;
  /** Sentences about what is allowed, but ignored or weak. */
  readonly warnings: readonly string[];
}

export type SignaturePlace =
  | { readonly kind: 'header'; readonly name: string; readonly tag: string | undefined }
  | { readonly kind: 'member'; readonly name: string };

/** How a key is written in its file. */
export interface KeyForm {
  readonly kind: 'text' | 'base64' | 'hex';
  /** Every key begins with it, and it is cut off. */
  readonly prefix: string;
}
