declare const HOOKGATE_VERSION: string | undefined;

/** The version of the package, put in by the build; `0.0.0-source` when run from sources. */
export const version: string = typeof HOOKGATE_VERSION === 'string' ? HOOKGATE_VERSION : '0.0.0-source';
