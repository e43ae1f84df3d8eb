/** Slots of a cluster. */
export const slotCount = 16384;

/**
 * The slot of a cluster that a hash tag falls into: CRC-16/XMODEM modulo 16384
 * (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/, "Key distribution model").
 */
export function slotOf(tag: string): number {
  let crc = 0;
  for (let index = 0; index < tag.length; index++) {
    crc ^= tag.charCodeAt(index) << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc % slotCount;
}

/** A hash tag that falls into one of the slots: the first number that does. Undefined where there is no such slot. */
export function tagIn(isIn: (slot: number) => boolean): string | undefined {
  for (let n = 0; n < 20 * slotCount; n++) if (isIn(slotOf(String(n)))) return String(n);
  return undefined;
}
