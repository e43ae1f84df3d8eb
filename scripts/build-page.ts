/** Makes the one file that the admin port shows to browsers: styles and script stand inside it. Gives what is in it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, transform } from 'esbuild';

const root = new URL('../', import.meta.url).pathname;
const source = join(root, 'src/page');

export async function buildPage(outdir: string): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(source, 'main.ts')],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const css = await transform(readFileSync(join(source, 'page.css'), 'utf8'), {
    loader: 'css',
    minify: true,
  });
  // A `</script` inside a text would end the element.
  const script = (outputFiles[0]?.text ?? '').trim().replaceAll('</script', '<\\/script');
  const page = readFileSync(join(source, 'page.html'), 'utf8')
    .replace('/* page.css */', () => css.code.trim())
    .replace('/* main.ts */', () => script);
  mkdirSync(outdir, { recursive: true });
  writeFileSync(join(outdir, 'page.html'), page);
  return metafile;
}
