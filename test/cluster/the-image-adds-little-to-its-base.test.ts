import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { image } from './support/image.ts';

const root = new URL('../../', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const base = /^ARG RUNTIME_IMAGE=(\S+)$/m.exec(read('Dockerfile'))?.[1] as string;
const megabyte = 1_000_000;

/** Only where buildah holds the image: one that HOOKGATE_TEST_IMAGE names may have been built elsewhere. */
const isHere = buildah(['inspect', '--type', 'image', image]).status === 0;

test.runIf(isHere)('the image is less than 10 MB above its base, and says what it is', () => {
  const own = unpack(image);
  const below = unpack(base).layers.length;
  const above = own.layers.slice(below);
  const bytes = above.reduce((sum, layer) => sum + gunzipSync(readFileSync(layer.file)).length, 0);
  const packed = above.reduce((sum, layer) => sum + layer.size, 0);
  const inMegabytes = (count: number) => (count / megabyte).toFixed(1);
  console.log(`image: ${inMegabytes(bytes)} MB above its base, ${inMegabytes(packed)} MB as it is pulled`);
  expect(above.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(10 * megabyte);

  const { version, license } = JSON.parse(read('package.json')) as { version: string; license: string };
  const { Labels, User, Entrypoint } = own.config;
  expect(Labels).toMatchObject({
    'org.opencontainers.image.title': 'hookgate',
    'org.opencontainers.image.description': expect.stringContaining('webhooks'),
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': expect.any(String),
    'org.opencontainers.image.licenses': license,
    'org.opencontainers.image.base.name': base,
  });
  expect(User).toBe('65532:65532');
  expect(Entrypoint).toEqual(expect.arrayContaining(['/nodejs/bin/node', '/app/hookgate.js']));
});

interface Layer {
  readonly size: number;
  readonly file: string;
}

interface ImageConfig {
  readonly Labels: Record<string, string>;
  readonly User: string;
  readonly Entrypoint: readonly string[];
}

/** The image as the OCI's layout holds it: the layers packed with gzip. */
function unpack(name: string): { layers: readonly Layer[]; config: ImageConfig } {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-oci-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const pushed = buildah(['push', '--quiet', name, `oci:${directory}:image`]);
  expect(pushed.status, pushed.stderr).toBe(0);
  const file = (digest: string) => join(directory, 'blobs', digest.replace(':', '/'));
  const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  const manifest = json(file(json(join(directory, 'index.json')).manifests[0].digest));
  return {
    layers: manifest.layers.map(({ size, digest }: { size: number; digest: string }) => ({
      size,
      file: file(digest),
    })),
    config: json(file(manifest.config.digest)).config,
  };
}

function buildah(args: readonly string[]) {
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs' };
  return spawnSync('buildah', args, { encoding: 'utf8', env });
}
