import { createHash } from 'node:crypto';

/** The value of a delivered key; that of a claimed one is the claim's token. */
export const deliveredMark = 'd';

/** The hash tag keeps all that a cluster is told of an event in one slot. */
export function keyOf(prefix: string, hashTag: string): string {
  return `${prefix}{${hashTag}}`;
}

/** A script as the server runs it: by its digest where it knows it, else whole. */
export interface Script {
  readonly source: string;
  readonly digest: string;
}

/**
 * Records the key as delivered unless somebody else's claim holds it. Writes also when it is recorded already, so
 * that a WAIT after it always waits for this record.
 */
export const confirmScript = scriptOf(`
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] and held ~= '${deliveredMark}' then return 0 end
redis.call('SET', KEYS[1], '${deliveredMark}', 'PX', ARGV[2])
return 1
`);

/**
 * Begins the lease of a key anew where it is the token's, or nobody's; gives what else is there.
 */
export const renewScript = scriptOf(`
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
`);

export const releaseScript = scriptOf(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/**
 * Gives what was there before, or nil when the key is now the token's. One command does it, without a script:
 * https://redis.io/docs/latest/commands/set/ (NX with GET since 7.0).
 */
export function claimCommand(key: string, token: string, leaseMs: number): readonly string[] {
  return ['SET', key, token, 'NX', 'PX', String(Math.ceil(leaseMs)), 'GET'];
}

export function runByDigest({ digest }: Script, key: string, values: readonly string[]): readonly string[] {
  return ['EVALSHA', digest, '1', key, ...values];
}

export function runWhole({ source }: Script, key: string, values: readonly string[]): readonly string[] {
  return ['EVAL', source, '1', key, ...values];
}

function scriptOf(source: string): Script {
  return { source, digest: createHash('sha1').update(source).digest('hex') };
}
