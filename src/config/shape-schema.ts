/**
 * The parts of JSON Schema that hookgate.yaml needs, as the shape check reads them. `format` names a reader of
 * text-formats.ts; `x-minimum` and `x-maximum` bound durations and sizes. Editors ignore what they do not know.
 */
export interface ShapeSchema extends Partial<About> {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, ShapeSchema>>;
  readonly items?: ShapeSchema;
  /** A schema here makes a map whose keys are free; `propertyNames` says of which form they are. */
  readonly additionalProperties?: boolean | ShapeSchema;
  readonly propertyNames?: ShapeSchema;
  readonly minItems?: number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly format?: TextFormat;
  readonly 'x-minimum'?: string;
  readonly 'x-maximum'?: string;
}

/**
 * What else is known of a key, said once at its leaf. The reloader, the loader, `check`, the environment, the flags,
 * the schema for editors and the tables of docs/configuration.md are made from it.
 */
export interface About {
  /** live: a reload takes it up. restart: it is bound when the process starts, and a reload says so. */
  readonly 'x-reload': 'live' | 'restart';
  /** For a live key: the one value to or from which a change needs a restart all the same. */
  readonly 'x-restart-around'?: string;
  /** The flag of `serve` that sets it; two keys with one flag are its host and its port. */
  readonly 'x-flag'?: `--${string}`;
  readonly 'x-file'?: FileUse;
  /** Key whose value this one has where it is not written; for keys of a list that stand for one of the whole. */
  readonly 'x-inherits'?: string;
  /** Undefined where it is not written. */
  readonly 'x-optional'?: true;
  /** What the documented file has where there is no default. */
  readonly examples?: readonly unknown[];
}

/** What a path names, and who reads it. An empty path names nothing. */
export interface FileUse {
  readonly holds:
    | 'keys'
    | 'signing keys'
    | 'allowlist'
    | 'certificate'
    | 'private key'
    | 'authorities'
    | 'user name'
    | 'password'
    | 'events';
  /** Nothing of its content is ever shown. */
  readonly secret: boolean;
  /**
   * with the configuration: read, and watched, so that a change reloads. by each connection: read anew whenever the
   * gate connects. by the store: the gate's own file.
   */
  readonly read: 'with the configuration' | 'by each connection' | 'by the store';
  /** Keys and the values with one of which the file is used at all. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** The same of keys that stand in the same section. */
  readonly onlyBeside?: Readonly<Record<string, readonly string[]>>;
  /** Written once for all routes: used only where a route names it too, which each does that has none of its own. */
  readonly throughRoutes?: true;
}

export type TextFormat =
  | 'plain'
  | 'duration'
  | 'size'
  | 'host'
  | 'address'
  | 'host-port'
  | 'upstream-url'
  | 'redis-urls'
  | 'range'
  | 'route-name'
  | 'route-path'
  | 'denied-path'
  | 'event-pattern'
  | 'event-name'
  | 'way';
