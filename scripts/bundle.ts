import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type OutputFile, transform } from 'esbuild';
import { bothParts } from './build-options.ts';

/**
 * Writes the command and its threads to a directory, as CommonJS: a few files to read at start-up instead of
 * hundreds. Why not as ES modules, which they are bundled as first, since esbuild only splits those: what imports one
 * of Node's modules reads all its exports, and `WebSocket` among those of node:http alone loads Node's whole fetch,
 * 9 MiB of memory. `sourcemap` says which line of the sources each
 * place comes from: beside each file, where only who asks for it reads it (`node --enable-source-maps`), or inside it, for
 * profiles. Gives what is in it.
 */
export async function bundle(
  version: string,
  outdir: string,
  sourcemap: 'external' | 'inline' = 'external',
): Promise<readonly Metafile[]> {
  const parts = await Promise.all(
    bothParts(version).map((options) =>
      build({
        ...options,
        outdir,
        write: false,
        metafile: true,
        // Inside, so that the second step goes on from it.
        sourcemap: 'inline',
        sourcesContent: false,
      }),
    ),
  );
  const files = parts.flatMap(({ outputFiles = [] }) => outputFiles);
  mkdirSync(outdir, { recursive: true });
  writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
  await Promise.all(files.map((file) => writeCommonJs(file, sourcemap)));
  chmodSync(join(outdir, 'hookgate.js'), 0o755);
  return parts.map(({ metafile }) => metafile);
}

async function writeCommonJs({ path, text }: OutputFile, sourcemap: 'external' | 'inline'): Promise<void> {
  const usesUrl = text.includes('import.meta.url');
  const { code, map } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // Where `import()` stays, it starts Node's loader of ES modules.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'hookgateModuleUrl' },
    banner: usesUrl ? "const hookgateModuleUrl=require('node:url').pathToFileURL(__filename).href;" : '',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap,
    sourcefile: basename(path),
    sourcesContent: false,
    logLevel: 'warning',
  });
  if (sourcemap === 'inline') return writeFileSync(path, code);
  writeFileSync(path, `${code}//# sourceMappingURL=${basename(path)}.map\n`);
  writeFileSync(`${path}.map`, map);
}
