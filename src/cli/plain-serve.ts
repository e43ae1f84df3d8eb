import { parseArgs } from 'node:util';
import { type ServeOptions, serveOptions } from './serve-options.ts';

/**
 * The options of `serve` where the words are that and nothing but options with their values, as in a pod, which waits for
 * it. Undefined for whatever else they are: the parser of all commands takes longer to load, and knows how to help and
 * how to refuse.
 */
export function plainServe([command, ...args]: readonly string[]): ServeOptions | undefined {
  if (command !== 'serve') return undefined;
  try {
    const { values } = parseArgs({
      args,
      options: Object.fromEntries(
        serveOptions.map(({ flag, isRepeatable = false }) => [
          flag,
          { type: 'string', multiple: isRepeatable } as const,
        ]),
      ),
    });
    const given = serveOptions.flatMap(({ key, flag }) =>
      values[flag] === undefined ? [] : [[key, values[flag]] as const],
    );
    if (given.some(([, value]) => [value].flat().includes(''))) return undefined;
    return Object.fromEntries(given);
  } catch {
    // The parser of all commands refuses it as well, in its own words.
    return undefined;
  }
}
