import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { bundleIn, fakeKubernetes, secretPath, validatingPath } from '../support/fake-kubernetes.ts';
import { optedIn } from '../support/injection.ts';
import { runInjector } from '../support/running-injector.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.now();

function certificatesIn(bundle: string): X509Certificate[] {
  return (bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );
}

/** What the port serves now. Node judges validity by the real clock, so trust is judged by the caller. */
function served(port: number): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate === undefined) reject(new Error('no certificate'));
      else resolve(certificate);
    });
    socket.on('error', reject);
  });
}

const isTrusted = (certificate: X509Certificate, bundle: string, at: number): boolean =>
  certificate.validToDate.getTime() > at &&
  certificatesIn(bundle).some((ca) => ca.validToDate.getTime() > at && certificate.verify(ca.publicKey));

test('for a year, under a bundle as old as the overlap, two replicas never serve what is not trusted', async () => {
  const kubernetes = await fakeKubernetes();
  let now = start;
  const settings = {
    certificates: { caLife: '90d', leafLife: '7d', overlap: '36h' },
    now: () => new Date(now),
  };
  const replicas = [
    await runInjector(kubernetes, settings),
    await runInjector(kubernetes, settings),
  ] as const;
  const leaves = new Set<string>();
  const authorities = new Set<string>();
  let before = bundleIn(kubernetes);
  for (let step = 0; step < 365; step++) {
    // The API server may still hold the bundle of the step before.
    const lagging = before;
    before = bundleIn(kubernetes);
    now += day;
    // One replica changes what is in force; the other still serves what it knew.
    for (const who of [step % 2, (step + 1) % 2]) {
      await replicas[who]?.injector.look();
      for (const { injector } of replicas) {
        const certificate = await served(injector.reviews.port);
        expect(isTrusted(certificate, bundleIn(kubernetes), now)).toBe(true);
        expect(isTrusted(certificate, lagging, now)).toBe(true);
        leaves.add(certificate.serialNumber);
      }
    }
    for (const ca of certificatesIn(bundleIn(kubernetes))) authorities.add(ca.serialNumber);
    expect(certificatesIn(bundleIn(kubernetes)).length).toBeLessThanOrEqual(2);
  }
  expect(authorities.size).toBeGreaterThan(4);
  expect(leaves.size).toBeGreaterThan(50);
  expect(bundleIn(kubernetes, validatingPath)).toBe(bundleIn(kubernetes));
}, 300_000);

test('two replicas that start together agree on one certificate', async () => {
  const kubernetes = await fakeKubernetes();
  const replicas = await Promise.all([
    runInjector(kubernetes),
    runInjector(kubernetes),
    runInjector(kubernetes),
  ]);
  const certificates = await Promise.all(replicas.map(({ injector }) => served(injector.reviews.port)));
  expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).toBe(1);
  expect(kubernetes.calls.filter((call) => call === `PUT ${secretPath} 200`)).toHaveLength(1);
});

test('a write that comes second takes over what came first', async () => {
  const kubernetes = await fakeKubernetes();
  const first = await runInjector(kubernetes);
  const written = kubernetes.objects.get(secretPath) as unknown as { data: object };
  kubernetes.put(secretPath, { type: 'Opaque' });
  kubernetes.beforeWrite = () => kubernetes.put(secretPath, { type: 'Opaque', data: written.data });
  const second = await runInjector(kubernetes);
  expect((await served(second.injector.reviews.port)).serialNumber).toBe(
    (await served(first.injector.reviews.port)).serialNumber,
  );
  expect(kubernetes.calls).toContain(`PUT ${secretPath} 409`);
});

test('a real handshake, by the name of the Service, before and after the Secret was emptied', async () => {
  const kubernetes = await fakeKubernetes();
  kubernetes.put('/api/v1/namespaces/shop/configmaps/hookgate-config', {});
  const injector = await runInjector(kubernetes);
  const old = bundleIn(kubernetes);
  expect((await injector.review(optedIn())).response.allowed).toBe(true);
  kubernetes.put(secretPath, { type: 'Opaque', data: { 'ca.crt': 'bm9uc2Vuc2U=' } });
  await injector.injector.look();
  expect(bundleIn(kubernetes)).not.toBe(old);
  expect((await injector.review(optedIn())).response.allowed).toBe(true);
  await expect(injector.call('/inject', '{}', {}, old)).rejects.toThrow();
});

test('while the API server refuses, what is served goes on being served, and readiness tells its end', async () => {
  const kubernetes = await fakeKubernetes();
  let now = start;
  const injector = await runInjector(kubernetes, {
    now: () => new Date(now),
    certificates: { leafLife: '7d' },
  });
  const before = await served(injector.injector.reviews.port);
  kubernetes.forbidden.add(secretPath);
  now += 6 * day;
  await injector.injector.look();
  expect((await served(injector.injector.reviews.port)).serialNumber).toBe(before.serialNumber);
  expect(await injector.metric('hookgate_injector_certificate_faults_total')).toBe(1);
  const ready = await fetch(`${injector.adminUrl}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.text()).toContain('hookgate-injector-tls cannot be read: the API server answered 403');
  now += 2 * day;
  expect((await fetch(`${injector.adminUrl}/readyz`)).status).toBe(503);
});
