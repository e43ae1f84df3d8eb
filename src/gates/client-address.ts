import type { Address } from '../addresses/address.ts';
import { createAddressReader, type ReadAddress } from '../addresses/address-reader.ts';
import type { AddressSet } from '../addresses/address-set.ts';
import { walkForwardedFor } from '../addresses/forwarded-for.ts';
import type { Config } from '../config/config.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import type { Gate } from './gate.ts';
import type { HeaderFields, WellFormed } from './headers.ts';
import type { LiveRoute } from './live-route.ts';

/** The client's address is known: the peer's own, or the one that trusted proxies vouch for. */
class LocatedDelivery {
  declare protected readonly proof: 'located';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly fields: HeaderFields;
  readonly address: Address;
  constructor(wellFormed: WellFormed, address: Address) {
    this.delivery = wellFormed.delivery;
    this.route = wellFormed.route;
    this.fields = wellFormed.fields;
    this.address = address;
  }
}
export type Located = LocatedDelivery;

/**
 * Finds the client's address. A peer that is no trusted proxy is judged by its own address, whatever it says of
 * others; a trusted proxy never is, so one that names no client is refused.
 */
export function createClientAddressGate(rules: {
  from: Config['clientAddress']['from'];
  trustedProxies: AddressSet;
}): Gate<WellFormed, Located> {
  const { from, trustedProxies } = rules;
  const read = createAddressReader();

  return (wellFormed) => {
    const { delivery, fields } = wellFormed;
    const peer = read(delivery.peer.address);
    if (peer === undefined)
      return unknown(
        `the peer's address ${quote(delivery.peer.address)} is not readable${zoneHint(delivery)}`,
      );
    const client =
      from === 'peer' || !trustedProxies.has(peer.address)
        ? peer
        : from === 'forwarded'
          ? namedInHeader(peer, fields.forwardedFor, delivery)
          : namedByProxyProtocol(peer, delivery);
    if (!('address' in client)) return client;
    delivery.facts.address = client.text;
    return new LocatedDelivery(wellFormed, client.address);
  };

  function namedInHeader(
    peer: ReadAddress,
    lines: readonly string[],
    { facts }: Delivery,
  ): ReadAddress | Rejection {
    const walk = walkForwardedFor(lines, { read, trustedProxies });
    facts.hops = [peer.text, ...walk.hops];
    return walk.kind === 'client'
      ? walk.client
      : unknown(`behind the trusted proxy ${peer.text}: ${walk.problem}`);
  }

  function namedByProxyProtocol(peer: ReadAddress, delivery: Delivery): ReadAddress | Rejection {
    const { proxied } = delivery.peer;
    delivery.facts.hops = [peer.text];
    if (proxied === undefined) return unknown(`the trusted proxy ${peer.text} sent no PROXY protocol header`);
    if (proxied === 'local') return unknown(`the PROXY protocol header of ${peer.text} names no client`);
    const client = read(proxied);
    if (client === undefined)
      return unknown(`the PROXY protocol header of ${peer.text} names ${quote(proxied)}`);
    delivery.facts.hops = [peer.text, client.text];
    return client;
  }
}

/** As a socket reports a link-local peer. */
function zoneHint({ peer }: Delivery): string {
  return peer.address.includes('%') ? ': zone ids are refused, so it has to come from another address' : '';
}

function unknown(detail: string): Rejection {
  return reject('client_address_unknown', detail);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
