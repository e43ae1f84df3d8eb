/** Finds the ends of HTTP/1.1 answers to POST and GET in a stream of bytes; reads nothing else of them. */
export interface AnswerReader {
  /** The status, once the last byte of an answer has come. */
  read(chunk: Buffer): number | undefined;
  /** The connection has ended: the status of an answer that ends with it. */
  end(): number | undefined;
  /** Whether the answer that was read last is the connection's last. */
  readonly isLast: boolean;
}

type Length = { readonly kind: 'bytes'; left: number } | { readonly kind: 'chunked' | 'until the end' };

export function createAnswerReader(): AnswerReader {
  let unread = '';
  let status = 0;
  let length: Length | undefined;
  let isLast = false;

  const readHead = (): boolean => {
    const end = unread.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = unread.slice(0, end).toLowerCase();
    unread = unread.slice(end + 4);
    status = Number(head.slice(9, 12));
    // An interim answer (RFC 9110, 15.2) is followed by the one that counts.
    if (status < 200) return readHead();
    isLast = head.includes('\r\nconnection: close') || head.startsWith('http/1.0');
    const bytes = /\r\ncontent-length: *(\d+)/.exec(head);
    if (bytes !== null) length = { kind: 'bytes', left: Number(bytes[1]) };
    else length = { kind: head.includes('\r\ntransfer-encoding: chunked') ? 'chunked' : 'until the end' };
    return true;
  };

  /** Takes what has come off the body; true at its end. */
  const bodyEnds = (of: Length): boolean => {
    switch (of.kind) {
      case 'bytes': {
        const taken = Math.min(of.left, unread.length);
        of.left -= taken;
        unread = unread.slice(taken);
        return of.left === 0;
      }
      case 'chunked': {
        const last = unread.startsWith('0\r\n\r\n') ? 0 : unread.indexOf('\r\n0\r\n\r\n');
        if (last < 0) return false;
        unread = unread.slice(last + (last === 0 ? 5 : 7));
        return true;
      }
      case 'until the end':
        unread = '';
        return false;
    }
  };

  return {
    read(chunk) {
      unread += chunk.toString('latin1');
      if (length === undefined && !readHead()) return undefined;
      if (length === undefined || !bodyEnds(length)) return undefined;
      length = undefined;
      return status;
    },
    end() {
      if (length?.kind !== 'until the end') return undefined;
      length = undefined;
      isLast = true;
      return status;
    },
    get isLast() {
      return isLast;
    },
  };
}
