/**
 * A file that the build puts beside the bundle. Where the sources run as they are, as in tests, it is that of the last build:
 * each thread that starts from sources loads a compiler first, which takes three times as long.
 */
export function builtFile(name: string): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `../../dist/${name}` : `./${name}`, import.meta.url);
}
