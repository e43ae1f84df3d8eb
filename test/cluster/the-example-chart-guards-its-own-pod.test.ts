import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { helm, kubectl, nodeIn, send, until } from './support/cluster.ts';
import { image } from './support/image.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';

test('the container that another chart adds by hand delivers once, refuses forgeries and passes the rest on', async () => {
  const place = await createNeighbourhood();
  onTestFinished(() => place.remove());
  install(place);
  const url = ['--url', `http://shop.${place.namespace}.svc/webhooks/juicyway`];
  await until('the Service leads to the pod', 60, () => greeting(place) === '200 hello\n');

  expect(send(place.namespace, 'sender', 'one', url).stdout).toContain('200');
  expect(send(place.namespace, 'sender', 'one', url).stdout).toContain('200');
  for (const [from, tamper, status] of [
    ['sender', ['--tamper', 'data'], '401'],
    ['stranger', [], '403'],
  ] as const) {
    expect(send(place.namespace, from, 'forged', [...url, ...tamper]).stdout).toContain(status);
  }
  const log = kubectl([
    'logs',
    'deployment/shop',
    '--container',
    'application',
    '--namespace',
    place.namespace,
  ]);
  const posts = log.split('\n').filter((line) => line.startsWith('POST'));
  expect(posts).toEqual(['POST /webhooks/juicyway payment.session.succeeded']);
  console.log(`example chart: 1 event and its repeat and 2 forgeries sent, ${posts.length} arrived`);
});

function install({ namespace, senderAddress }: Neighbourhood): void {
  const charts = mkdtempSync(join(tmpdir(), 'hookgate-charts-'));
  onTestFinished(() => rmSync(charts, { recursive: true }));
  cpSync(new URL('../../charts', import.meta.url).pathname, charts, { recursive: true });
  const example = join(charts, 'examples/application');
  helm(['dependency', 'update', example]);
  const at = image.lastIndexOf(':');
  const values = [
    `image=${image}`,
    `hookgate.image.repository=${image.slice(0, at)}`,
    `hookgate.image.tag=${image.slice(at + 1)}`,
    `hookgate.allowlist.addresses={${senderAddress}}`,
  ].flatMap((value) => ['--set', value]);
  helm(['install', 'shop', example, '--namespace', namespace, '--wait', '--timeout', '120s', ...values]);
}

/** What a path that is no webhook is answered through the same Service. */
function greeting({ namespace }: Neighbourhood): string {
  const script = `const answer = await fetch('http://shop.${namespace}.svc/'); process.stdout.write(answer.status + ' ' + await answer.text())`;
  return nodeIn(namespace, 'sender', script).stdout;
}
