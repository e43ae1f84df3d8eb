/** Bits a key, at the filter's capacity: about one new event in a hundred is then asked for in vain. */
const bitsPerKey = 12;
const bitsSetPerKey = 6;
/** A key's bits lie within one line of the processor's cache: sixteen words of 32 bits. */
const wordsPerBlock = 16;

/**
 * A blocked Bloom filter over the keys in the file: what it does not know is certainly not there, which spares nearly
 * every new event the trip to the file's thread. The keys are SHA-256 digests, so their own bits are the hash. The
 * file's thread writes it, before it gives a batch back; the main thread reads it, after it has got the batch back.
 */
export interface KeyFilter {
  readonly memory: SharedArrayBuffer;
  /** Keys beyond which it lets too many through. */
  readonly capacity: number;
  /** `bytes` has the key at `at`. */
  add(bytes: Uint8Array, at: number): void;
  /** False: certainly not added. */
  mayHave(bytes: Uint8Array, at: number): boolean;
}

/** A filter without a key in it. */
export function createKeyFilter(capacity: number): KeyFilter {
  const blocks = Math.ceil((capacity * bitsPerKey) / (wordsPerBlock * 32));
  return openKeyFilter(new SharedArrayBuffer(blocks * wordsPerBlock * 4));
}

/** The filter in this memory, on either thread. */
export function openKeyFilter(memory: SharedArrayBuffer): KeyFilter {
  const words = new Uint32Array(memory);
  const blocks = words.length / wordsPerBlock;

  /** The words of the key's block and which bits of them: bytes 4-7 name the block, 8-15 six places of nine bits. */
  const start = (bytes: Uint8Array, at: number): number =>
    Math.floor((word(bytes, at + 4) / 2 ** 32) * blocks) * wordsPerBlock;

  return {
    memory,
    capacity: Math.floor((words.length * 32) / bitsPerKey),
    add(bytes, at) {
      const block = start(bytes, at);
      for (let n = 0, low = word(bytes, at + 8), high = word(bytes, at + 12); n < bitsSetPerKey; n++) {
        const place = n < 3 ? (low >>> (n * 9)) & 511 : (high >>> ((n - 3) * 9)) & 511;
        const index = block + (place >>> 5);
        words[index] = (words[index] as number) | (1 << (place & 31));
      }
    },
    mayHave(bytes, at) {
      const block = start(bytes, at);
      for (let n = 0, low = word(bytes, at + 8), high = word(bytes, at + 12); n < bitsSetPerKey; n++) {
        const place = n < 3 ? (low >>> (n * 9)) & 511 : (high >>> ((n - 3) * 9)) & 511;
        if ((((words[block + (place >>> 5)] as number) >>> (place & 31)) & 1) === 0) return false;
      }
      return true;
    },
  };
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
