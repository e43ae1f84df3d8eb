import { isIPv4 } from 'node:net';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n');

/** Writes a version 2 PROXY protocol header; what is not told is as a proxy for TCP would write it. */
export function proxyV2(header: {
  command?: number;
  family?: number;
  source?: string;
  /** The address block, instead of one made from `source`. */
  block?: Buffer;
  tlvs?: readonly (readonly [type: number, value: Buffer])[];
  crc?: 'sound' | 'wrong';
}): Buffer {
  const { source = '192.0.2.1' } = header;
  const block = header.block ?? addressBlock(source);
  const tlvs = (header.tlvs ?? []).map(([type, value]) => tlv(type, value));
  if (header.crc !== undefined) tlvs.unshift(tlv(0x03, Buffer.alloc(4)));
  const variable = Buffer.concat([block, ...tlvs]);
  const fixed = Buffer.alloc(4);
  fixed[0] = header.command ?? 0x21;
  fixed[1] = header.family ?? (isIPv4(source) ? 0x11 : 0x21);
  fixed.writeUInt16BE(variable.length, 2);
  const bytes = Buffer.concat([signature, fixed, variable]);
  if (header.crc !== undefined) {
    const sum = header.crc === 'sound' ? crc32c(bytes) : crc32c(bytes) ^ 1;
    bytes.writeUInt32BE(sum >>> 0, 16 + block.length + 3);
  }
  return bytes;
}

function tlv(type: number, value: Buffer): Buffer {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}

function addressBlock(source: string): Buffer {
  const ports = Buffer.from([0x12, 0x34, 0x01, 0xbb]);
  const address = isIPv4(source) ? Buffer.from(source.split('.').map(Number)) : ipv6Bytes(source);
  return Buffer.concat([address, address, ports]);
}

function ipv6Bytes(text: string): Buffer {
  const [front = '', back = ''] = text.split('::');
  const head = front.split(':').filter((group) => group !== '');
  const tail = back.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Castagnoli's CRC by its table, as the specification's appendix does it. */
function crc32c(bytes: Buffer): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)) >>> 0;
  return (crc ^ 0xffffffff) >>> 0;
}
