/**
 * How long a connection may rest, in milliseconds, so that it is given up before the application does it: a second less
 * than its `Keep-Alive: timeout=…` hint, a minute at most; `withoutHintMs` where there is none. 0: not at all.
 */
export function restTimeMs(headers: readonly string[], withoutHintMs: number): number {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.length !== 10 || name.toLowerCase() !== 'keep-alive') continue;
    const seconds = timeout.exec(headers[index + 1] as string)?.[1];
    if (seconds !== undefined) return Math.max(0, Math.min(longestRestMs, Number(seconds) * 1000 - marginMs));
  }
  return withoutHintMs;
}

const timeout = /(?:^|[,\s])timeout=(\d{1,9})(?:$|[,\s])/i;
const longestRestMs = 60_000;
const marginMs = 1_000;
