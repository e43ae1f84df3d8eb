import type { SchemeSettings } from './settings.ts';

/** What keeps settings from being a scheme; `key` is the one of the scheme's keys that it concerns. */
export interface SchemeProblem {
  readonly key: keyof SchemeSettings | 'timestamp.from' | 'timestamp.tolerance' | 'profile';
  readonly found: string;
  readonly expected: string;
}

/** Notes a problem; `found` where it is not the key's own text. */
export type ReportProblem = (key: SchemeProblem['key'], expected: string, found?: string) => void;
