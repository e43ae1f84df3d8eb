import { type TUnsafe, Unsafe } from 'typebox';
import type { TextFormat } from './text-formats.ts';

/**
 * The parts of JSON Schema that hookgate.yaml needs, as the shape check reads them. `format` names a reader of
 * text-formats.ts; `x-minimum` and `x-maximum` bound durations and sizes. Editors ignore what they do not know.
 */
export interface ShapeSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, ShapeSchema>>;
  readonly items?: ShapeSchema;
  readonly minItems?: number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly format?: TextFormat;
  readonly 'x-minimum'?: string;
  readonly 'x-maximum'?: string;
}

/** What editors can check themselves of a format. */
const patterns: Partial<Record<TextFormat, string>> = {
  duration: '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$',
  size: '^[0-9]+(\\.[0-9]+)?(B|KiB|MiB)$',
  'upstream-url': '^https?://[^@?#]+$',
  'route-name': '^[a-z0-9][a-z0-9_-]{0,62}$',
  'route-path': '^/[^?#%\\\\;]*$',
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

/** Path of a file or directory. */
export function path(description: string, fallback: string, minLength = 0): TUnsafe<string> {
  return Unsafe<string>({ type: 'string', description, default: fallback, format: 'plain', minLength });
}

/** Held in milliseconds. */
export function duration(
  description: string,
  fallback: string,
  least: string,
  most: string,
): TUnsafe<number> {
  return quantity('duration', description, fallback, least, most);
}

/** Held in bytes. */
export function size(description: string, fallback: string, least: string, most: string): TUnsafe<number> {
  return quantity('size', description, fallback, least, most);
}

function quantity(
  format: 'duration' | 'size',
  description: string,
  fallback: string,
  least: string,
  most: string,
): TUnsafe<number> {
  const bounds = { 'x-minimum': least, 'x-maximum': most };
  return Unsafe<number>({
    type: 'string',
    description,
    default: fallback,
    format,
    pattern: patterns[format],
    ...bounds,
  });
}

/** A whole number. */
export function count(
  description: string,
  bounds: { default: number; minimum: number; maximum: number },
): TUnsafe<number> {
  return Unsafe<number>({ type: 'integer', description, ...bounds });
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
