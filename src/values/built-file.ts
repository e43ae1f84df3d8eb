/** A file that the build puts beside the bundle. Where the sources run as they are, as in tests: `source`, from src. */
export function builtFile(name: string, source: string): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL(`../${source}`, import.meta.url)
    : new URL(`./${name}`, import.meta.url);
}
