import { type Way, wayModifiers } from '../json/way.ts';
import type { Difference } from './difference.ts';
import { isTaken, type NearestSigning } from './nearest-signing.ts';
import { defaultProfile } from './profiles.ts';
import type { Scheme } from './scheme.ts';

/** Which list the ways of a route are written in. */
export type WaysFrom = 'checksum.encodings' | 'routes[].checksum.encodings' | 'message';

/** What would make a route take a signature that it refuses. */
export interface SigningRemedy {
  readonly sentence: string;
  /** To be put into hookgate.yaml; undefined where no setting helps. */
  readonly line: string | undefined;
}

/** In a sentence, how a delivery may have been signed. `isLive`: the key is one of the route's. */
export function matchSentence(
  scheme: Scheme,
  { keyName, way, differences }: NearestSigning,
  isLive: boolean,
): string {
  const words = [
    ...(way === undefined ? [] : wayWords(way)),
    ...differences.map((difference) => difference.words),
  ];
  const part = scheme.name === defaultProfile.name ? 'data encoded' : 'written';
  const order = way === undefined ? '' : `, ${part} as ${way.order}`;
  return (
    `Nearest match: key ${keyName}${isLive ? '' : ', which is not live'}${order}` +
    `${words.length === 0 ? '' : `, with ${words.join('; ')}`}.`
  );
}

/** The same for `explain` and for the page: the line that fits how this route's scheme is written. */
export function remedyFor(
  scheme: Scheme,
  waysFrom: WaysFrom,
  { way, differences }: NearestSigning,
): SigningRemedy {
  const of = differences.map((difference) => difference.of);
  if (of.includes('numbers')) {
    return {
      sentence:
        'It cannot be configured: numbers were written anew, and the gate never rewrites a number. The signer has to sign ' +
        'the numbers as they are sent.',
      line: undefined,
    };
  }
  if (of.includes('key') || of.includes('alphabet')) {
    return {
      sentence:
        'The key or the scheme has to be put right: the gate takes a signature only as the scheme says, under the keys as their files have them.',
      line: undefined,
    };
  }
  const names =
    way === undefined || isTaken(scheme, way) ? undefined : [...scheme.ways, way].map(({ name }) => name);
  const others = otherSettings(differences);
  if (names === undefined && others.length === 0) {
    return { sentence: 'It would be taken: what is in force has changed since.', line: undefined };
  }
  const list = names === undefined ? '' : `checksum: { encodings: [${names.join(', ')}] }`;
  if (others.length === 0 && waysFrom === 'checksum.encodings')
    return added(`Add ${way?.name} to checksum.encodings to accept it. The line for the file`, list);
  if (others.length === 0 && waysFrom === 'routes[].checksum.encodings')
    return added(
      `Add ${way?.name} to checksum.encodings of the route to accept it. The line for the route`,
      list,
    );
  const settings = [
    ...(names === undefined ? [] : [`message: ${JSON.stringify(messageWith(scheme, names))}`]),
    ...others,
  ];
  // Ways that the route lists would take the place of those in the message.
  const also =
    names !== undefined && waysFrom === 'routes[].checksum.encodings'
      ? ', and take checksum.encodings out of the route, since the message lists the ways'
      : '';
  return added(
    `Change the route's scheme to accept it${also}; what it says besides stays. The line for the route`,
    `scheme: { profile: ${scheme.name}, ${settings.join(', ')} }`,
  );
}

function added(sentence: string, line: string): SigningRemedy {
  return { sentence: `${sentence}: ${line}`, line };
}

function otherSettings(differences: readonly Difference[]): string[] {
  return differences.flatMap(({ of, prefix = '', encoding }) => {
    if (of === 'encoding') return [`encoding: ${encoding}`];
    return of === 'prefix' ? [`prefix: ${JSON.stringify(prefix)}`] : [];
  });
}

/** The message with these ways for the part that has some; of a whole body that has none, the received one counts too. */
function messageWith({ settings, ways }: Scheme, names: readonly string[]): string {
  return ways.length === 0
    ? settings.message.replace('{body}', `{body@received,${names.join(',')}}`)
    : settings.message.replace(/@[^}]*\}/, `@${names.join(',')}}`);
}

/** What a way's modifiers do, in words. */
function wayWords(way: Way): readonly string[] {
  return way.name
    .split('+')
    .slice(1)
    .map((word) => wayModifiers[word] ?? word);
}
