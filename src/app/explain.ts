import { parseAddress } from '../addresses/address.ts';
import type { Config } from '../config/config.ts';
import { type Key, readKeys } from '../config/keys.ts';
import type { ConfigSources } from '../config/load-config.ts';
import type { Problem } from '../config/problem.ts';
import type { ChecksumEncoding } from '../delivery/delivery.ts';
import type { Envelope } from '../envelope/envelope.ts';
import { findNearestSigning } from '../envelope/nearest-signing.ts';
import { scanEnvelope } from '../envelope/scan.ts';
import { createVerifier } from '../envelope/verify.ts';
import { compilePatterns } from '../gates/events.ts';
import { type Loaded, loadEverything } from './load.ts';

/** What `hookgate explain` says of a captured body. */
export interface Explanation {
  /** Code of the refusal; undefined where the body would pass. */
  readonly refusedBy: string | undefined;
  /** For people, a sentence each. */
  readonly sentences: readonly string[];
}

export interface ExplainQuestion {
  readonly body: Buffer;
  /** Either a configuration or a keys directory. */
  readonly sources: ConfigSources | undefined;
  readonly keysDirectory: string | undefined;
  readonly address: string | undefined;
  /** Keys that are not live, such as one from before a rotation. */
  readonly otherKeys: readonly Key[];
}

export type ExplainResult =
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const allEncodings: readonly ChecksumEncoding[] = ['received', 'compact', 'sorted'];

/** Judges a captured body as the gate would, and looks further where it would be refused. Shows no key or digest. */
export async function explain(question: ExplainQuestion): Promise<ExplainResult> {
  let keys: readonly Key[];
  let encodings = allEncodings;
  let loaded: Loaded | undefined;
  if (question.keysDirectory !== undefined) {
    const read = readKeys(question.keysDirectory);
    if (read.kind === 'problems') return read;
    keys = read.keys;
  } else {
    const result = await loadEverything(question.sources ?? { env: {}, flags: {} });
    if (result.kind === 'problems') return result;
    loaded = result.loaded;
    keys = loaded.keys;
    encodings = loaded.config.checksum.encodings;
  }
  const address = question.address === undefined ? undefined : judgeAddress(question.address, loaded);
  const body = judgeBody(question, keys, encodings, loaded?.config);
  const refusedBy = address?.refusedBy ?? body.refusedBy;
  return {
    kind: 'explained',
    explanation: { refusedBy, sentences: [...(address?.sentences ?? []), ...body.sentences] },
  };
}

function judgeAddress(text: string, loaded: Loaded | undefined): Explanation {
  const address = parseAddress(text);
  if (address === undefined) {
    return { refusedBy: 'client_address_unknown', sentences: [`${text} is no address.`] };
  }
  if (loaded === undefined)
    return { refusedBy: undefined, sentences: ['Without --config no allowlist is known.'] };
  const { mode } = loaded.config.allowlist;
  if (mode === 'off') return { refusedBy: undefined, sentences: ['The allowlist is off.'] };
  if (loaded.allowlist.has(address))
    return { refusedBy: undefined, sentences: [`${text} is on the allowlist.`] };
  const code = loaded.allowlist.size === 0 ? 'allowlist_empty' : 'address_not_allowed';
  const sentence = `${text} is not on the allowlist (${loaded.allowlistEntries} entries).`;
  return mode === 'enforce'
    ? { refusedBy: code, sentences: [sentence] }
    : { refusedBy: undefined, sentences: [`${sentence} In mode observe it is let in all the same.`] };
}

function judgeBody(
  { body, otherKeys }: ExplainQuestion,
  keys: readonly Key[],
  encodings: readonly ChecksumEncoding[],
  config: Config | undefined,
): Explanation {
  const maxBytes = config?.limits.bodyBytes;
  if (maxBytes !== undefined && body.length > maxBytes) {
    return {
      refusedBy: 'body_too_large',
      sentences: [`The body has ${body.length} bytes, at most ${maxBytes} are read.`],
    };
  }
  const scan = scanEnvelope(body);
  if (scan.kind === 'fault') {
    return {
      refusedBy: 'malformed_body',
      sentences: [`The envelope gate refuses it: ${scan.problem} at byte ${scan.offset}.`],
    };
  }
  const { envelope } = scan;
  const unsigned = envelope.unsigned.length;
  const notes = unsigned === 0 ? [] : [`${unsigned} top-level fields are not covered by the checksum.`];
  const verdict = createVerifier({ keys, encodings })(envelope);
  if (verdict.kind === 'match') {
    const sentence = `The checksum holds under key ${verdict.keyName}, data encoded as ${verdict.encoding}.`;
    const later = judgeByRoutes(envelope, config);
    return { refusedBy: later.refusedBy, sentences: [sentence, ...notes, ...later.sentences] };
  }
  const refusedBy = config?.checksum.mode === 'observe' ? undefined : checksumCode(verdict.kind);
  if (refusedBy === undefined)
    notes.push('checksum.mode is observe: it reaches the application all the same.');
  if (verdict.kind === 'missing') {
    return { refusedBy, sentences: ['The body has no top-level checksum.', ...notes] };
  }
  const nearest = findNearestSigning(envelope, [...keys, ...otherKeys]);
  const refusal = `The checksum gate refuses it: ${verdict.detail}.`;
  if (nearest === undefined) {
    const advice =
      'Nothing that was tried matches: the body was changed after it was signed, or signed with a key that is not here.';
    return { refusedBy, sentences: [refusal, advice, lostOrder, ...notes] };
  }
  const isLive = keys.some(({ name }) => name === nearest.keyName);
  const sentences = [
    refusal,
    `Nearest match: key ${nearest.keyName}${isLive ? '' : ', which is not live'}, data encoded as ${nearest.encoding}` +
      `${nearest.differences.length === 0 ? '' : `, with ${nearest.differences.join('; ')}`}.`,
  ];
  if (!isLive) sentences.push('Add that key to the keys directory if it is still in use.');
  else if (nearest.differences.length === 0) {
    sentences.push(`Add ${nearest.encoding} to checksum.encodings to accept it.`);
  } else {
    sentences.push(
      'The gate accepts data as received, compact or sorted; the signer has to write one of these.',
    );
  }
  return { refusedBy, sentences: [...sentences, ...notes] };
}

/** Said wherever nothing matches, since no look at the body can tell this from a forgery. */
const lostOrder =
  'What cannot be found out from the body: a signer that writes the members of data in an order of its own, neither ' +
  'this one nor sorted, when something on the way (a proxy or a log that parses JSON) has put them in another order. ' +
  'Capture the bytes where they arrive, before anything has parsed them.';

const checksumCode = (kind: 'missing' | 'mismatch'): string =>
  kind === 'missing' ? 'checksum_missing' : 'checksum_mismatch';

/** What follows the checksum depends on the route, which a body does not name: so every route is told of. */
function judgeByRoutes({ event, unsigned }: Envelope, config: Config | undefined): Explanation {
  const routes = config?.routes ?? [];
  const refusing =
    unsigned.length === 0 ? [] : routes.filter(({ unsignedFields }) => unsignedFields === 'reject');
  const filtering = routes.filter(({ events }) => compilePatterns(events)?.(event) === false);
  return {
    refusedBy: routes.length > 0 && refusing.length === routes.length ? 'unsigned_fields' : undefined,
    sentences: [
      ...refusing.map(({ name }) => `Route ${name} refuses fields that are not covered by the checksum.`),
      ...filtering.map(
        ({ name }) =>
          `Route ${name} answers events of this name with 200 and does not forward them (routes[].events).`,
      ),
    ],
  };
}
