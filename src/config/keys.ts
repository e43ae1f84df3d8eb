import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findLeftovers, type Leftover } from '../schemes/leftovers.ts';
import { type Problem, problemAt, quote } from './problem.ts';
import { readBytes, unreadable } from './read-file.ts';
import { readAtOneMoment } from './stable-mount.ts';

/** One live key: what the sender signs with, or is known by (Juicyway's business ID). */
export interface Key {
  /** The file's name; shown in logs, metrics and `/status`. */
  readonly name: string;
  /** Never shown anywhere. */
  readonly secret: Buffer;
}

export type KeysRead =
  | {
      readonly kind: 'ok';
      readonly keys: readonly Key[];
      readonly warnings: readonly string[];
      /**
       * Keys that nobody can have meant. They do not end the gate, since another key may be the good one and a reload
       * must be able to take a key away; `check` fails with them.
       */
      readonly unmeant: readonly Problem[];
    }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** What can be used all the same; undefined where not even the files are known. */
      readonly partly?: PartlyRead;
    };

/** A directory with a file in it that cannot be used. */
export interface PartlyRead {
  readonly keys: readonly Key[];
  /** Names of the files that are there, whatever they hold. */
  readonly names: readonly string[];
}

/** Of one key, wherever it comes from. */
export const maxKeyBytes = 4096;

export interface ReadKeysOptions {
  /** What the files hold is decoded, from base64 or hex. */
  readonly areDecoded?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the keys directory, in which each file is a key with the name of the file; sorted by name. Follows symlinks,
 * since that is how Kubernetes mounts a Secret. Never throws; no sentence has anything of a key's content.
 */
export function readKeys(
  directory: string,
  { areDecoded = false, env = process.env }: ReadKeysOptions = {},
): KeysRead {
  return readAtOneMoment(directory, () => readOnce(directory, { areDecoded, env }));
}

function readOnce(directory: string, { areDecoded, env }: Required<ReadKeysOptions>): KeysRead {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch (error) {
    const problem = problemAt(
      { source: directory },
      '',
      unreadable(error),
      'expected a directory with one file a key',
    );
    return { kind: 'problems', problems: [problem] };
  }
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const unmeant: Problem[] = [];
  const keys: Key[] = [];
  for (const name of names.sort()) {
    const file = join(directory, name);
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}$/.test(name)) {
      const expected = 'expected a name of letters, digits, ".", "_" and "-"';
      problems.push(problemAt({ source: directory }, '', `found a file named ${quote(name)}`, expected));
      continue;
    }
    const read = readBytes(file, maxKeyBytes);
    if (read.kind === 'problem') {
      problems.push(read.problem);
      continue;
    }
    const secret = withoutNewline(read.bytes);
    if (secret.length === 0) {
      problems.push(problemAt({ source: file }, '', 'found an empty file', 'expected a key'));
      continue;
    }
    const twin = keys.find((key) => key.secret.equals(secret));
    if (twin !== undefined) {
      problems.push(
        problemAt({ source: file }, '', `found the same key as in ${twin.name}`, 'expected each key once'),
      );
    }
    for (const leftover of findLeftovers(secret, areDecoded ? 'decoded key' : 'key')) {
      if (leftover.isCertain) unmeant.push(unmeantIn(file, leftover, 'key'));
      else warnings.push(`${file} ${leftover.has}, which counts as part of the key`);
    }
    keys.push({ name, secret });
  }
  if (names.length === 0) {
    const expected = 'expected one file a key, as a mounted Secret has, or no checksum could hold';
    problems.push(
      problemAt({ source: directory }, '', 'found no key', expected + whichSecret(directory, env)),
    );
  }
  if (names.length === 0) return { kind: 'problems', problems };
  return problems.length > 0
    ? { kind: 'problems', problems, partly: { keys, names } }
    : { kind: 'ok', keys, warnings, unmeant };
}

/** In a pod of the chart, which says there what is mounted: for all routes, and for those with keys of their own. */
function whichSecret(
  directory: string,
  { POD_KEYS_SECRET: common, POD_ROUTE_KEYS_SECRETS: own = '', POD_NAMESPACE: namespace }: NodeJS.ProcessEnv,
): string {
  const [, route] = /\/routes\/([^/]+)\/keys\/?$/.exec(directory) ?? [];
  const mounted = own.split(',').find((pair) => route !== undefined && pair.startsWith(`${route}=`));
  const secret = route === undefined ? common : mounted?.slice(route.length + 1);
  if (!secret || !namespace) return '';
  const content = route === undefined ? 'BUSINESS_ID' : 'KEY';
  return (
    `: Secret ${secret} of namespace ${namespace} does not exist or is empty ` +
    `(kubectl --namespace ${namespace} create secret generic ${secret} --from-literal=live=${content})`
  );
}

/** Most editors and `echo` end a file with a newline that nobody means; only one is taken off. */
export function withoutNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

/** What is said of a secret's file that nobody can have meant; nothing of its content. */
export function unmeantIn(file: string, { has }: Leftover, secret: string): Problem {
  return problemAt({ source: file }, '', `it ${has}`, `expected the ${secret} alone, since all of it counts`);
}
