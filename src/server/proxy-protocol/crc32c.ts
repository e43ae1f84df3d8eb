/** The Castagnoli polynomial, bits reversed (RFC 3720 appendix B.4). */
const polynomial = 0x82f63b78;

/** Whether the four bytes at `at` are the CRC32C of `header` with those bytes taken as zero. */
export function hasSoundCrc32c(header: Buffer, at: number): boolean {
  let crc = 0xffff_ffff;
  for (let index = 0; index < header.length; index++) {
    crc ^= index >= at && index < at + 4 ? 0 : header.readUInt8(index);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0 === header.readUInt32BE(at);
}
