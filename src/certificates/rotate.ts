/** The room `certificates` decides when the injector's certificates are made anew, and makes them. */
import { X509Certificate } from 'node:crypto';
import type { Issuer, KeyedCertificate } from './issue.ts';

/**
 * All that there is, kept in one Secret. A new authority is announced (`next`) before it signs, and the old one
 * (`former`) is trusted for a while after: at no moment does any API server meet a leaf of an authority that it has
 * not been told of.
 */
export interface Certificates {
  readonly authority: KeyedCertificate;
  readonly leaf: KeyedCertificate;
  readonly next: (KeyedCertificate & { readonly since: Date }) | undefined;
  readonly former: { readonly cert: string; readonly since: Date } | undefined;
}

export interface RotationRules {
  /** DNS names of the leaf. */
  readonly names: readonly string[];
  readonly caLifeMs: number;
  readonly leafLifeMs: number;
  readonly overlapMs: number;
}

/** Of its life, what may pass before a certificate is replaced. */
const usedShare = 2 / 3;

/** The certificates that should be in force at `now`: the present ones themselves where nothing is due. */
export async function rotate(
  present: Certificates | undefined,
  rules: RotationRules,
  issuer: Issuer,
  now: Date,
): Promise<Certificates> {
  const at = (ms: number) => new Date(now.getTime() + ms);
  const isOver = (certificate: KeyedCertificate) => validTo(certificate) <= now;
  if (present === undefined || (isOver(present.authority) && (!present.next || isOver(present.next)))) {
    // Nothing that is in force could be kept in force.
    const authority = await issuer.authority(at(rules.caLifeMs), now);
    const leaf = await issuer.leaf(authority, rules.names, at(rules.leafLifeMs), now);
    return { authority, leaf, next: undefined, former: undefined };
  }
  const passed = (since: Date, waitMs: number) => now.getTime() - since.getTime() >= waitMs;
  let { authority, leaf, next, former } = present;
  if (former !== undefined && passed(former.since, rules.overlapMs)) former = undefined;
  // An authority that ends sooner than the overlap (nothing ran for months, or its life was set anew) shares what it has.
  const leftMs = next === undefined ? 0 : validTo(authority).getTime() - next.since.getTime();
  if (next !== undefined && passed(next.since, Math.min(rules.overlapMs, leftMs / 2))) {
    former = { cert: authority.cert, since: now };
    authority = { cert: next.cert, key: next.key };
    next = undefined;
  } else if (next === undefined && isDue(authority, rules.caLifeMs, now)) {
    // Also while a former one is trusted: by rules that were set anew, that may be for longer than this one lives.
    next = { ...(await issuer.authority(at(rules.caLifeMs), now)), since: now };
  }
  if (!fits(leaf, authority, rules.names) || isDue(leaf, rules.leafLifeMs, now))
    leaf = await issuer.leaf(authority, rules.names, at(rules.leafLifeMs), now);
  const isSame =
    authority.cert === present.authority.cert &&
    leaf === present.leaf &&
    next === present.next &&
    former === present.former;
  return isSame ? present : { authority, leaf, next, former };
}

/** What the webhooks must trust: the authority, the coming and the former one. PEM. */
export function bundleOf({ authority, next, former }: Certificates): string {
  return [authority.cert, next?.cert, former?.cert].filter((cert) => cert !== undefined).join('');
}

/** End of a certificate's validity. */
export function validTo({ cert }: { readonly cert: string }): Date {
  return new X509Certificate(cert).validToDate;
}

function isDue(certificate: KeyedCertificate, lifeMs: number, now: Date): boolean {
  return validTo(certificate).getTime() - now.getTime() <= lifeMs * (1 - usedShare);
}

function fits(leaf: KeyedCertificate, authority: KeyedCertificate, names: readonly string[]): boolean {
  const certificate = new X509Certificate(leaf.cert);
  return (
    certificate.verify(new X509Certificate(authority.cert).publicKey) &&
    names.every((name) => certificate.checkHost(name) !== undefined)
  );
}
