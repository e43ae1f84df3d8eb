/**
 * The room `envelope` knows what the sender signs: it finds the signed parts in the raw bytes of a body, writes
 * them as each encoding does, and checks and makes checksums. Nothing is rebuilt from a JavaScript object.
 */
import type { ChecksumEncoding } from '../delivery/delivery.ts';
import { compactJson } from './compact-json.ts';
import { sortedJson } from './sorted-json.ts';

/** Bytes `start` up to, not including, `end` of a body. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the scanner found. */
export interface EnvelopeParts {
  readonly event: string;
  readonly checksum: string | undefined;
  readonly data: Span;
  readonly unsigned: readonly Span[];
  /** No insignificant whitespace in `data`. */
  readonly dataIsCompact: boolean;
  /** The members of every object in `data` are known to be in order; false also where that was not decided. */
  readonly dataIsSorted: boolean;
}

/** One well-formed event; only `scanEnvelope` makes one. The body must not be changed afterwards. */
export class Envelope {
  readonly body: Buffer;
  /** Name of the event, unescaped: 1 to 128 visible ASCII characters without `|`. */
  readonly event: string;
  /** The checksum as written, unescaped; empty where it is not a string; undefined where there is none. */
  readonly checksum: string | undefined;
  /** Where the value of `data`, an object, stands. */
  readonly data: Span;
  /** Top-level members other than event, data and checksum, each from its name to the end of its value. */
  readonly unsigned: readonly Span[];
  readonly dataIsCompact: boolean;
  readonly dataIsSorted: boolean;
  #compact: Buffer | undefined;
  #sorted: Buffer | undefined;

  constructor(body: Buffer, parts: EnvelopeParts) {
    this.body = body;
    this.event = parts.event;
    this.checksum = parts.checksum;
    this.data = parts.data;
    this.unsigned = parts.unsigned;
    this.dataIsCompact = parts.dataIsCompact;
    this.dataIsSorted = parts.dataIsSorted;
  }

  /**
   * The bytes of `data` in one encoding. Each is made once; encodings that do not differ are the
   * same Buffer, so callers may compare by identity to leave out a second look.
   */
  dataIn(encoding: ChecksumEncoding): Buffer {
    if (encoding === 'sorted') return this.#sortedData();
    const compact = this.#compactData();
    if (encoding === 'compact' || this.dataIsCompact) return compact;
    return this.body.subarray(this.data.start, this.data.end);
  }

  #compactData(): Buffer {
    this.#compact ??= this.dataIsCompact
      ? this.body.subarray(this.data.start, this.data.end)
      : compactJson(this.body, this.data);
    return this.#compact;
  }

  #sortedData(): Buffer {
    this.#sorted ??= this.dataIsSorted ? this.#compactData() : sortedJson(this.#compactData());
    return this.#sorted;
  }
}
