import { type TSchema, type TUnsafe, Unsafe } from 'typebox';
import type { About, FileUse, TextFormat } from './shape-schema.ts';

/** A key that a reload takes up. */
export function live<Schema extends TSchema>(schema: Schema, more: Known = {}): Schema {
  return { ...schema, 'x-reload': 'live', ...keywords(more) };
}

/** A key that is bound when the process starts. */
export function restart<Schema extends TSchema>(schema: Schema, more: Known = {}): Schema {
  return { ...schema, 'x-reload': 'restart', ...keywords(more) };
}

interface Known {
  readonly restartAround?: string;
  readonly flag?: `--${string}`;
  readonly file?: FileUse;
  readonly inherits?: string;
  readonly optional?: true;
  /** A value for the documented file, where there is no default. */
  readonly example?: string;
}

function keywords({
  restartAround,
  flag,
  file,
  inherits,
  optional,
  example,
}: Known): Omit<About, 'x-reload'> {
  return {
    ...(restartAround === undefined ? {} : { 'x-restart-around': restartAround }),
    ...(flag === undefined ? {} : { 'x-flag': flag }),
    ...(file === undefined ? {} : { 'x-file': file }),
    ...(inherits === undefined ? {} : { 'x-inherits': inherits }),
    ...(optional === undefined ? {} : { 'x-optional': optional }),
    ...(example === undefined ? {} : { examples: [example] }),
  };
}

/** A map whose keys are free, each with a value of one schema. */
export function freeMap<Value>(
  description: string,
  names: TSchema,
  values: TUnsafe<Value>,
  fallback?: Readonly<Record<string, unknown>>,
): TUnsafe<Readonly<Record<string, Value>>> {
  return Unsafe({
    type: 'object',
    description,
    propertyNames: names,
    additionalProperties: values,
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/** What editors can check themselves of a format. */
const patterns: Partial<Record<TextFormat, string>> = {
  duration: '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$',
  size: '^[0-9]+(\\.[0-9]+)?(B|KiB|MiB)$',
  'upstream-url': '^https?://[^@?#]+$',
  'route-name': '^[a-z0-9][a-z0-9_-]{0,62}$',
  'route-path': '^/[^?#%\\\\;]*$',
  'denied-path': '^/[^?#%\\\\;]+$',
  'event-pattern': '^(\\*|[!-)+-{}~]+(\\.\\*)?)$',
};

/** Text in a format; without a default the key is required. */
export function text<Value>(format: TextFormat, description: string, fallback?: string): TUnsafe<Value> {
  const several = format === 'redis-urls';
  const pattern = patterns[format];
  return Unsafe<Value>({
    type: several ? ['string', 'array'] : 'string',
    ...(several ? { items: { type: 'string' }, minItems: 1 } : {}),
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
    format,
    ...(pattern === undefined ? {} : { pattern }),
  });
}

/** Path of a file or directory; without a default the key is required, optional or inherits. */
export function path(description: string, fallback?: string, minLength = 0): TUnsafe<string> {
  const otherwise = fallback === undefined ? {} : { default: fallback };
  return Unsafe<string>({ type: 'string', description, ...otherwise, format: 'plain', minLength });
}

/** Held in milliseconds. */
export function duration(
  description: string,
  fallback: string | undefined,
  least: string,
  most: string,
): TUnsafe<number> {
  return quantity('duration', description, fallback, least, most);
}

/** Held in bytes. */
export function size(
  description: string,
  fallback: string | undefined,
  least: string,
  most: string,
): TUnsafe<number> {
  return quantity('size', description, fallback, least, most);
}

function quantity(
  format: 'duration' | 'size',
  description: string,
  fallback: string | undefined,
  least: string,
  most: string,
): TUnsafe<number> {
  const bounds = { 'x-minimum': least, 'x-maximum': most };
  return Unsafe<number>({
    type: 'string',
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
    format,
    pattern: patterns[format],
    ...bounds,
  });
}

/** A whole number. */
export function count(
  description: string,
  bounds: { default?: number; minimum: number; maximum: number },
): TUnsafe<number> {
  return Unsafe<number>({ type: 'integer', description, ...bounds });
}

/** `true` or `false`; without a default it is optional or inherits. */
export function yesOrNo(description: string, fallback?: boolean): TUnsafe<boolean> {
  const otherwise = fallback === undefined ? {} : { default: fallback };
  return Unsafe<boolean>({ type: 'boolean', description, ...otherwise });
}

/** One of some words; without a default only as an item of a list. */
export function choice<const Word extends string>(
  description: string,
  words: readonly Word[],
  fallback?: NoInfer<Word>,
): TUnsafe<Word> {
  return Unsafe<Word>({
    type: 'string',
    description,
    enum: words,
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/** Least level of the lines that are written, in pino's words. */
export function logLevel() {
  return choice(
    'The least important lines that are written.',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    'info',
  );
}

/** For a section: no key but these. */
export const closed = (description: string) => ({ description, additionalProperties: false }) as const;

/** Undefined where it is not written. */
export function optional<Schema extends TSchema>(schema: Schema): Schema {
  return { ...schema, 'x-optional': true };
}
