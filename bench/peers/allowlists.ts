import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ranges of both families, spread over the whole space, the same in each run; loopback is not among them. */
export function rangeTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const word = spread(index);
    return index % 4 === 0 ? `2001:db8:${groups(word)}::/64` : `${octets(word)}.0/24`;
  });
}

/** Addresses to look up: spread in the same way, and in other places. */
export function addressTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const word = spread(index * 7);
    return index % 4 === 0 ? `2001:db8:${groups(word)}::1` : `${octets(word)}.${word & 255}`;
  });
}

/** A file with so many entries, 127.0.0.1 the first of them. Gives its path. */
export function writeAllowlist(folder: string, size: number): string {
  const file = join(folder, `allowlist-${size}.yaml`);
  const ranges = rangeTexts(size - 1).map((range) => `  - ${range}\n`);
  writeFileSync(file, `addresses:\n  - 127.0.0.1\n${ranges.join('')}`);
  return file;
}

function spread(index: number): number {
  return Math.imul(index + 1, 0x9e3779b1) >>> 0;
}

function groups(word: number): string {
  return `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

function octets(word: number): string {
  const first = (word >>> 24) % 224;
  return `${first === 127 ? 128 : first}.${(word >>> 16) & 255}.${(word >>> 8) & 255}`;
}
