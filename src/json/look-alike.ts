/** Control, format, ignorable and combining characters and every kind of space, except the line feed. */
const invisible = /[[\p{C}\p{Z}\p{Mn}\p{Default_Ignorable_Code_Point}]--\n]+/gv;

/** Finds names that a lenient parser could take for one of the read ones. */
export interface LookAlikes {
  /** False for most names, so that few are looked at closely: the bytes `start` to `end`, without their quotes. */
  mayBeOne(body: Buffer, start: number, end: number, hasEscape: boolean): boolean;
  /** False for names that nobody folds into a read one, by how they begin. */
  beginsLikeOne(name: string): boolean;
  /** Whether one of `names`, none of them exactly a read name, could be taken for one. */
  hasOne(names: readonly string[]): boolean;
}

/**
 * Some parsers match names without regard to case (Go's encoding/json, by Unicode's folding, the last one wins),
 * others trim or normalise them: the application would then act on a member that nobody signed.
 */
export function createLookAlikes(read: readonly string[]): LookAlikes {
  const folded = new Set(read.map(fold));
  const lengths = new Set(read.map((name) => Buffer.byteLength(name)));
  const firstLetters = new Set([...folded].map((name) => name.charCodeAt(0)));
  const unread = [...phrases].filter((phrase) => ![...folded].some((name) => name.includes(fold(phrase))));
  const unreadPhrases = new RegExp(`[${unread.join('')}]`, 'g');
  // A name that begins otherwise than with a visible ASCII character may be spelt in ways that only folding finds.
  const anyMayBegin = [...firstLetters].some((code) => !(code > 0x20 && code < 0x7f));

  return {
    mayBeOne(body, start, end, hasEscape) {
      if (hasEscape || lengths.has(end - start)) return true;
      for (let at = start; at < end; at++) {
        const byte = body[at] as number;
        if (byte < 0x21 || byte > 0x7e) return true;
      }
      return false;
    },

    beginsLikeOne(name) {
      if (anyMayBegin) return true;
      let isLineStart = true;
      for (let index = 0; index < name.length; index++) {
        const code = name.charCodeAt(index);
        if (code > 0x7f) return true;
        if (code === 0x0a) isLineStart = true;
        if (!isLineStart || code <= 0x20 || code === 0x7f) continue;
        isLineStart = false;
        if (firstLetters.has(code >= 0x41 && code <= 0x5a ? code | 0x20 : code)) return true;
      }
      return false;
    },

    // All at once: a body may be nothing but unsigned names, and one by one this would be slow.
    hasOne: (names) =>
      fold(names.join('\n').replace(unreadPhrases, standIn))
        .split('\n')
        .some((name) => folded.has(name)),
  };
}

/**
 * Characters that normalising writes out as 18 and 8 letters, where no other gives more than two for each of its bytes: names
 * of nothing else took 400 ns a byte. Names that nobody reads keep a letter in their place.
 */
const phrases = '\ufdfa\ufdfb';
const standIn = '\ufffd';

/**
 * Rows of marks beyond what any text has (UAX #15, section 13): putting them into order takes quadratic time. The last two
 * are letters that become marks. They are invisible in what is compared, so leaving them out only makes it stricter.
 */
const manyMarks = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

function fold(names: string): string {
  return names.replace(manyMarks, '$1').normalize('NFKC').replace(invisible, '').toLowerCase();
}
