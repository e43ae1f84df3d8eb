/** Bytes, as https://sqlite.org/fileformat2.html#walformat has them. */
const headerBytes = 32;
const frameHeadBytes = 24;
/** The lowest bit says that the sums are over big-endian words. */
const magic = 0x377f0682;
/** One transaction may be half written where the power went: its end may be there without its beginning. */
const mostTorn = 1;

/**
 * Transactions in a write-ahead log that SQLite passes over, though each was durable before the next one began: it takes
 * the first frame whose sum is wrong for the log's end, and says nothing. 0 where the log ends as a crash leaves it.
 * `pageBytes` is the database's: the log's own word for it may be what is damaged.
 */
export function lostCommits(log: Buffer, pageBytes: number): number {
  if (log.length < headerBytes) return 0;
  const frameBytes = frameHeadBytes + pageBytes;
  const bigEndian = (log.readUInt32BE(0) & 1) === 1;
  let sum = addSum({ first: 0, second: 0 }, log.subarray(0, 24), bigEndian);
  let isWhole =
    (log.readUInt32BE(0) & ~1) === magic && log.readUInt32BE(8) === pageBytes && isSum(log, 24, sum);
  // A sector is written whole or not at all, so a header that does not hold was damaged; then the first frame's word is taken.
  const salts = isWhole ? log.subarray(16, 24) : saltsOfFrames(log, frameBytes);
  let commits = 0;
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    // Frames of the log before it was begun anew have other salts.
    const isOfThisLog = salts.equals(log.subarray(at + 8, at + 16));
    if (isWhole) {
      sum = addSum(sum, log.subarray(at, at + 8), bigEndian);
      sum = addSum(sum, log.subarray(at + frameHeadBytes, at + frameBytes), bigEndian);
      isWhole = isOfThisLog && isSum(log, at + 16, sum);
    }
    const isCommit = log.readUInt32BE(at + 4) !== 0;
    if (!isWhole && isOfThisLog && isCommit) commits += 1;
  }
  return commits > mostTorn ? commits : 0;
}

/** What that means to an operator. */
export function lostSentence(file: string, commits: number): string {
  return `The write-ahead log ${file}-wal is damaged: what its last ${commits} transactions recorded may be forgotten, so that repeats of these events reach the application. Look at the disk.`;
}

/** Of the first frame that names a page: the block of the header may read as zeros, and the frames in it. */
function saltsOfFrames(log: Buffer, frameBytes: number): Buffer {
  let at = headerBytes;
  while (at + frameBytes <= log.length && log.readUInt32BE(at) === 0) at += frameBytes;
  return log.subarray(at + 8, at + 16);
}

interface Sum {
  readonly first: number;
  readonly second: number;
}

function isSum(log: Buffer, at: number, { first, second }: Sum): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}

/** Goes on with a sum over bytes whose number is a multiple of eight. */
function addSum({ first, second }: Sum, bytes: Buffer, bigEndian: boolean): Sum {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + words.getUint32(at, !bigEndian) + b) >>> 0;
    b = (b + words.getUint32(at + 4, !bigEndian) + a) >>> 0;
  }
  return { first: a, second: b };
}
