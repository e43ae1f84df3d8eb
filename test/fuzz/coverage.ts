import { Session } from 'node:inspector';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}
interface Taken {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
}

const root = new URL('../../', import.meta.url).href;
const own = new URL('./', import.meta.url).href;

/** Which places of the project's sources have been run, by V8's precise coverage (node:inspector). */
export class Coverage {
  /** Of each function, 1 for every character of its source that was run. */
  readonly #seen = new Map<string, Uint8Array>();
  readonly #session = new Session();
  /** Characters of source that were run so far. */
  characters = 0;

  /** Before the sources are imported: what is compiled earlier has no counters for its blocks. */
  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Tells whether something new was run since the last call; `keep`: it is not new any more afterwards. */
  grew(keep: boolean): boolean {
    let fresh = 0;
    // A session of the own thread answers before it returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error;
      for (const { url, functions } of (taken as Taken).result) {
        if (!url.startsWith(root) || url.includes('/node_modules/')) continue;
        if (url.startsWith(own) && !url.startsWith(`${own}targets/`)) continue;
        for (const { ranges } of functions) fresh += this.#fresh(url, ranges, keep);
      }
    });
    if (keep) this.characters += fresh;
    return fresh > 0;
  }

  #fresh(url: string, ranges: readonly Range[], keep: boolean): number {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) return 0;
    const { startOffset, endOffset } = whole;
    const run = new Uint8Array(endOffset - startOffset);
    // Inner ranges come after the ones around them.
    for (const range of ranges) {
      run.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset);
    }
    const key = `${url}:${startOffset}:${endOffset}`;
    const seen = this.#seen.get(key) ?? new Uint8Array(run.length);
    let fresh = 0;
    for (let at = 0; at < run.length; at++) {
      if (run[at] !== 1 || seen[at] === 1) continue;
      fresh++;
      if (keep) seen[at] = 1;
    }
    if (keep) this.#seen.set(key, seen);
    return fresh;
  }
}
