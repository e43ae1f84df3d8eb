/** Compares two ranges of the same bytes as unsigned bytes, the shorter first where one begins with the other. */
export function compareRanges(
  bytes: Buffer,
  leftStart: number,
  leftEnd: number,
  rightStart: number,
  rightEnd: number,
): number {
  const leftLength = leftEnd - leftStart;
  const rightLength = rightEnd - rightStart;
  const shared = Math.min(leftLength, rightLength);
  for (let offset = 0; offset < shared; offset++) {
    const difference = (bytes[leftStart + offset] as number) - (bytes[rightStart + offset] as number);
    if (difference !== 0) return difference;
  }
  return leftLength - rightLength;
}
