import { Object as Section, type Unsafe } from 'typebox';
import { profiles } from '../schemes/profiles.ts';
import { algorithms, digestEncodings, timeUnits } from '../schemes/settings.ts';
import { choice, closed, duration, live, optional, text } from './schema-leaves.ts';

/** A leaf of a scheme; where it is not written, the profile's value holds. */
const schemeText = (description: string) => live(optional(text<string | undefined>('plain', description)));
const schemeChoice = <const Word extends string>(description: string, words: readonly Word[]) =>
  live(optional(choice<Word>(description, words)));

/** `routes[].scheme`: how the sender of a route signs. */
export const scheme = live({
  ...Section(
    {
      profile: live(choice('Whose scheme it is; the keys below override its own.', profileNames(), 'custom')),
      signature: schemeText('header:NAME, header:NAME#tag or json:/member.'),
      prefix: schemeText("Before the signature's text."),
      algorithm: schemeChoice('How the signature is made.', algorithms),
      encoding: schemeChoice('How it is written; hex in either case.', digestEncodings),
      message: schemeText(
        'What is signed: text and {body} {url} {header:NAME} {signature#t} {json:/member@ways}.',
      ),
      key: schemeText('text, base64 or hex, perhaps with a prefix to cut off.'),
      timestamp: Section(
        {
          from: schemeText('Where the signed time stands.'),
          unit: schemeChoice('Of the time.', timeUnits),
          tolerance: live(optional(duration('How far it may be off.', undefined, '1s', '1d'))),
        },
        closed('When it was signed.'),
      ),
      event: schemeText('json:/member or header:NAME.'),
      id: schemeText('What makes two deliveries the same, where it is signed.'),
      triesAgainFor: schemeText('A duration, none or unknown.'),
      publicUrl: schemeText('For {url}: as it is registered with the sender.'),
    },
    closed("How the sender signs: a profile's name, or a map (schemes.md)."),
  ),
  type: ['string', 'object'],
  default: 'juicyway',
}) as unknown as ReturnType<typeof Unsafe<SchemeChoice>>;

function profileNames(): readonly string[] {
  return profiles.map(({ name }) => name);
}

/** `scheme` as it was written: a profile's name, or a map. */
export type SchemeChoice =
  | string
  | {
      readonly profile: string;
      readonly timestamp: {
        readonly from?: string;
        readonly unit?: 's' | 'ms';
        readonly tolerance?: number;
      };
      readonly [key: string]: unknown;
    };
