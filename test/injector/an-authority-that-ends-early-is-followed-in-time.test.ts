import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createIssuer } from '../../src/certificates/issue.ts';
import { untilNextLook } from '../../src/certificates/next-look.ts';
import { bundleOf, type Certificates, rotate, validTo } from '../../src/certificates/rotate.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
const rules = {
  names: ['injector.shop.svc'],
  caLifeMs: 365 * day,
  leafLifeMs: 7 * day,
  overlapMs: hour,
};
const start = new Date('2030-01-01T00:00:00Z').getTime();

/** Made under rules by which an authority lives for `lifeMs`. */
async function shortLived(lifeMs: number): Promise<Certificates> {
  const issuer = await createIssuer();
  return rotate(undefined, { ...rules, caLifeMs: lifeMs }, issuer, new Date(start));
}

function isTrusted({ leaf }: Certificates, bundle: string, now: number): boolean {
  const certificate = new X509Certificate(leaf.cert);
  const authorities = bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return (
    validTo(leaf).getTime() > now &&
    authorities.some((pem) => {
      const authority = new X509Certificate(pem);
      return authority.validToDate.getTime() > now && certificate.verify(authority.publicKey);
    })
  );
}

test.each([3 * second, 8 * second, 25 * second, 10 * 60 * second, 50 * 60 * second, 2 * hour])(
  'one that ends %d ms from now, sooner than its life by the settings, is followed by one that was announced before',
  async (lifeMs) => {
    const issuer = await createIssuer();
    let present = await shortLived(lifeMs);
    const wait = (now: number) => untilNextLook(10 * second, validTo(present.leaf), new Date(now));
    for (let now = start; now < start + lifeMs + 2 * hour; now += wait(now)) {
      const bundle = bundleOf(present);
      present = await rotate(present, rules, issuer, new Date(now));
      // The API server may still hold the bundle of the look before.
      expect(isTrusted(present, bundle, now), `after ${(now - start) / second} s`).toBe(true);
    }
    expect(validTo(present.authority).getTime()).toBeGreaterThan(start + 300 * day);
  },
);

test.each([0, 1, 2])(
  'one that ends early is followed in time where its own predecessor is still trusted, since %d s',
  async (sinceS) => {
    const issuer = await createIssuer();
    const brief = { ...rules, caLifeMs: 24 * second, leafLifeMs: 6 * second, overlapMs: 3 * second };
    let present = await shortLived(24 * second);
    let now = start;
    // By the brief rules until one authority has followed another; from then on by the ordinary ones.
    for (; present.former === undefined; now += second)
      present = await rotate(present, brief, issuer, new Date(now));
    now += sinceS * second;
    const wait = () => untilNextLook(10 * second, validTo(present.leaf), new Date(now));
    for (const end = now + 2 * hour; now < end; now += wait()) {
      const bundle = bundleOf(present);
      present = await rotate(present, rules, issuer, new Date(now));
      expect(isTrusted(present, bundle, now), `at ${new Date(now).toISOString()}`).toBe(true);
    }
    expect(validTo(present.authority).getTime()).toBeGreaterThan(start + 300 * day);
  },
);

test('one that ended while nothing ran is followed by the one that was announced, not by one that nobody knows', async () => {
  const issuer = await createIssuer();
  const short = await shortLived(30 * second);
  const announced = await rotate(short, rules, issuer, new Date(start + second));
  expect(announced.next).toBeDefined();
  const later = await rotate(announced, rules, issuer, new Date(start + day));
  expect(later.authority.cert).toBe(announced.next?.cert);
  expect(isTrusted(later, bundleOf(announced), start + day)).toBe(true);
});
