import { isIPv4, isIPv6 } from 'node:net';
import { incomplete, malformed, type ProxyHeader } from './header.ts';

/** The longest line of the specification, with its line end. */
const maxLineBytes = 107;

/** Parses `PROXY TCP4 source destination sourcePort destinationPort` and its two kin, strictly. */
export function parseV1(bytes: Buffer): ProxyHeader {
  const window = bytes.subarray(0, maxLineBytes);
  const lineFeed = window.indexOf(0x0a);
  if (lineFeed < 0) {
    return bytes.length < maxLineBytes
      ? incomplete
      : malformed(`a version 1 line without an end in its first ${maxLineBytes} bytes`);
  }
  if (window[lineFeed - 1] !== 0x0d) return malformed('a version 1 line that ends without a carriage return');
  const source = parseLine(window.toString('latin1', 0, lineFeed - 1));
  return source === undefined
    ? malformed('a version 1 line that does not name a protocol, two addresses and two ports')
    : { kind: 'header', source, length: lineFeed + 1 };
}

function parseLine(line: string): string | undefined {
  // Whatever follows UNKNOWN is to be ignored (section 2.1).
  if (line === 'PROXY UNKNOWN' || line.startsWith('PROXY UNKNOWN ')) return 'local';
  const parts = line.split(' ');
  if (parts.length !== 6) return undefined;
  const [, protocol, source = '', destination = '', sourcePort = '', destinationPort = ''] = parts;
  if (!isPort(sourcePort) || !isPort(destinationPort)) return undefined;
  const isAddress = protocol === 'TCP4' ? isIPv4 : protocol === 'TCP6' ? isPlainIPv6 : () => false;
  return isAddress(source) && isAddress(destination) ? source : undefined;
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}
