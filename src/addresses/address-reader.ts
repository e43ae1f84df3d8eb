import { type Address, formatAddress, parseAddress } from './address.ts';

/** An address with its canonical text. */
export interface ReadAddress {
  readonly address: Address;
  readonly text: string;
}

/**
 * Reads addresses and remembers the latest `maxRemembered` texts with what they meant: the same few peers and
 * proxies deliver nearly everything. A full memory is emptied, so that no sender can make it grow; only texts that
 * are addresses are kept.
 */
export function createAddressReader(maxRemembered = 4096): (text: string) => ReadAddress | undefined {
  const remembered = new Map<string, ReadAddress>();
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    const read = { address, text: formatAddress(address) };
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(text, read);
    return read;
  };
}
