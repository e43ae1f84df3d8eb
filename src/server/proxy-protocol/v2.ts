import { hasSoundCrc32c } from './crc32c.ts';
import { incomplete, malformed, type ProxyHeader } from './header.ts';

export const v2Signature = Buffer.from([13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]);

/** Signature, version and command, family, length. */
const fixedBytes = 16;
/**
 * Bytes after the fixed part that are read at most. The format allows 65,535; real ones stay under a few hundred
 * (216 for UNIX sockets, the rest for TLVs), and every connection can make the gate hold this much.
 */
const maxVariableBytes = 4096;

const local = 0x20;
const proxy = 0x21;
const crc32cType = 0x03;

/** Address families over a stream, by the byte of the header: bytes of the address block, and its source. */
const families = new Map<number, { blockBytes: number; source: (block: Buffer) => string }>([
  [0x00, { blockBytes: 0, source: () => 'local' }],
  [0x11, { blockBytes: 12, source: (block) => block.subarray(0, 4).join('.') }],
  [0x21, { blockBytes: 36, source: (block) => formatIPv6(block.subarray(0, 16)) }],
  [0x31, { blockBytes: 216, source: () => 'local' }],
]);

/** Parses the binary header. Datagram families are refused: what arrives here is a stream. */
export function parseV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < fixedBytes) return incomplete;
  const command = bytes.readUInt8(12);
  if (command !== local && command !== proxy) {
    return malformed(`a version 2 header with version and command 0x${command.toString(16)}`);
  }
  const variableBytes = bytes.readUInt16BE(14);
  if (variableBytes > maxVariableBytes) {
    return malformed(`a version 2 header of ${variableBytes} bytes, at most ${maxVariableBytes} are read`);
  }
  const length = fixedBytes + variableBytes;
  if (bytes.length < length) return incomplete;
  // LOCAL: the proxy speaks for itself; family and addresses are to be ignored (section 2.2).
  if (command === local) return { kind: 'header', source: 'local', length };

  const family = families.get(bytes.readUInt8(13));
  if (family === undefined) {
    return malformed(`a version 2 header with family 0x${bytes.readUInt8(13).toString(16)}`);
  }
  if (variableBytes < family.blockBytes) return malformed('a version 2 header shorter than its addresses');
  const header = bytes.subarray(0, length);
  const block = header.subarray(fixedBytes);
  // An UNSPEC header's addresses are to be skipped, and nothing says where they end.
  const problem = family.blockBytes === 0 ? undefined : judgeTlvs(header, fixedBytes + family.blockBytes);
  return problem === undefined
    ? { kind: 'header', source: family.source(block), length }
    : malformed(problem);
}

/** Walks the type-length-value records: they must fill the header exactly, and a checksum must hold. */
function judgeTlvs(header: Buffer, start: number): string | undefined {
  let offset = start;
  while (offset < header.length) {
    if (offset + 3 > header.length) return 'a TLV record cut short';
    const type = header.readUInt8(offset);
    const valueBytes = header.readUInt16BE(offset + 1);
    const valueAt = offset + 3;
    offset = valueAt + valueBytes;
    if (offset > header.length) return 'a TLV record that reaches beyond the header';
    if (type === crc32cType && (valueBytes !== 4 || !hasSoundCrc32c(header, valueAt))) {
      return 'a CRC32C that does not hold';
    }
  }
  return undefined;
}

function formatIPv6(bytes: Buffer): string {
  const groups: string[] = [];
  for (let offset = 0; offset < 16; offset += 2) groups.push(bytes.readUInt16BE(offset).toString(16));
  return groups.join(':');
}
