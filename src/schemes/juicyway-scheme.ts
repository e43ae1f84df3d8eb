import { parseWay } from '../json/way.ts';
import { compileScheme } from './compile.ts';
import { juicyway } from './profiles/juicyway.ts';
import type { Scheme } from './scheme.ts';

/** The default scheme with these ways of writing `data`. Throws where one has no name: the configuration was read. */
export function juicywayScheme(encodings: readonly string[]): Scheme {
  const ways = encodings.map((name) => {
    const way = parseWay(name);
    if (way === undefined) throw new Error(`${name} is no way of writing`);
    return way;
  });
  const compiled = compileScheme(juicyway, juicyway, ways);
  if (compiled.kind === 'problems') throw new Error('the profile of the default scheme does not compile');
  return compiled.scheme;
}
