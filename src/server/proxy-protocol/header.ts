export type ProxyHeader =
  /** Nothing is wrong so far, but more bytes are needed. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly problem: string }
  /** `source` is the client's address, or `local` where the header names none; `length` in bytes. */
  | { readonly kind: 'header'; readonly source: string; readonly length: number };

export const incomplete: ProxyHeader = { kind: 'incomplete' };

export const malformed = (problem: string): ProxyHeader => ({ kind: 'malformed', problem });
