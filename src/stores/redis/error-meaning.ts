import type { ErrorReply } from '@redis/client';

/** What an error means for a command that may be sent again with the same token. */
export type ErrorMeaning =
  /** Another server has the key now, or will in a moment. */
  | 'look_again'
  /** The key's slot is on its way to another node, which serves it to whoever says ASKING. */
  | 'ask'
  /** The server cannot do it yet: the next try may come out well. */
  | 'later'
  /** The script is not known to the server: send it whole. */
  | 'no_script'
  /** Trying again at once is of no use: out of memory, not permitted, disk full. */
  | 'refused';

/** By the first word of the reply, which is what servers keep to. */
const meanings: Readonly<Record<string, ErrorMeaning>> = {
  MOVED: 'look_again',
  ASK: 'ask',
  // The user was changed under the connection: the next one logs in with what its files say now.
  NOAUTH: 'look_again',
  READONLY: 'look_again',
  MASTERDOWN: 'look_again',
  CLUSTERDOWN: 'look_again',
  TRYAGAIN: 'later',
  LOADING: 'later',
  BUSY: 'later',
  NOSCRIPT: 'no_script',
};

export function meaningOf(error: ErrorReply): ErrorMeaning {
  return meanings[error.message.split(' ', 1)[0] ?? ''] ?? 'refused';
}
