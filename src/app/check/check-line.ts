/** One line of `hookgate check`. */
export interface Check {
  readonly name: string;
  readonly result: 'good' | 'warning' | 'failed';
  readonly detail: string;
}
