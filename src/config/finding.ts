/** What a rule between settings has to say; the place is found later. */
export interface Finding {
  readonly key: string;
  readonly found: string;
  readonly expected: string;
}
