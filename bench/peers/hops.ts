import type { Programs, Started } from './programs.ts';

/** A proxy of this folder that verifies nothing, on this Node with its own settings. */
export function startHop(
  programs: Programs,
  name: 'http-proxy-hop' | 'node-hop' | 'undici-hop' | 'socket-hop' | 'socket-client-hop',
  upstream: string,
  ...tuning: readonly string[]
): Promise<Started> {
  const file = new URL(`${name}.ts`, import.meta.url).pathname;
  return programs.start({
    place: 'measured',
    words: (port) => [process.execPath, file, String(port), upstream, ...tuning],
  });
}
