import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createIssuer } from '../../src/certificates/issue.ts';

test('a certificate ends when it should, and no later than its authority', async () => {
  const issuer = await createIssuer();
  const now = new Date('2026-06-01T12:00:00Z');
  const [day, week, year] = [1, 7, 365].map((days) => new Date(now.getTime() + days * 86_400_000)) as [
    Date,
    Date,
    Date,
  ];
  const authority = await issuer.authority(week, now);

  const endOf = async (notAfter: Date): Promise<Date> => {
    const { cert } = await issuer.leaf(authority, ['injector.test'], notAfter, now);
    return new Date(new X509Certificate(cert).validTo);
  };
  expect(await endOf(day)).toEqual(day);
  expect(await endOf(year)).toEqual(week);
});
