import type { Readable } from 'node:stream';
import { BriefMap } from '../values/brief-map.ts';

/** The passed streams that stand still because one side takes slowly what the other sends. */
export interface Standstill {
  /** There is no room for another. */
  isFull(): boolean;
  /** Counts `bytes`, the most that is read ahead of who takes it, until `stream` goes on. `cut` ends it. */
  stand(stream: object, bytes: number, cut: () => void): void;
  /** May be called of one that does not stand. */
  goOn(stream: object): void;
  /** Does both as `source` is paused, resumed and closed. To be called before anything pauses it. */
  watch(source: Readable, bytes: number, cut: () => void): void;
}

/**
 * Node's streams hold what was read and cannot be written on: two reads of 64 KiB for each slow reader, which thousands of
 * clients make hundreds of megabytes. Where that has no room in `maxBytes`, the one that has stood still for longest is
 * cut: a client that takes a little now and then is hardly ever that one.
 */
export function createStandstill(maxBytes: number): Standstill {
  /** In the order in which they came to stand. */
  const standing = new BriefMap<object, { readonly bytes: number; readonly cut: () => void }>();
  let taken = 0;

  function stand(stream: object, bytes: number, cut: () => void): void {
    goOn(stream);
    for (const [longest, other] of standing) {
      if (taken + bytes <= maxBytes) break;
      goOn(longest);
      other.cut();
    }
    taken += bytes;
    standing.set(stream, { bytes, cut });
  }

  function goOn(stream: object): void {
    taken -= standing.get(stream)?.bytes ?? 0;
    standing.delete(stream);
  }

  return {
    isFull: () => taken + mostBytes > maxBytes,
    stand,
    goOn,
    watch(source, bytes, cut) {
      source.on('pause', () => {
        if (!source.destroyed) stand(source, bytes, cut);
      });
      // It is also told of one that was paused again since.
      source.on('resume', () => {
        if (!source.isPaused()) goOn(source);
      });
      source.once('close', () => goOn(source));
    },
  };
}

/** What one read of a socket brings at most. */
const readBytes = 64 * 1024;
/** On the way to the client: one read that is being written, one behind it. */
export const answerBytes = 2 * readBytes;
/** On the way to the application: the same. */
export const uploadBytes = 2 * readBytes;
/** In each direction of a tunnel, which has one stream more. */
export const tunnelBytes = 3 * readBytes;
const mostBytes = tunnelBytes;
