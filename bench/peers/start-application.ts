import { hasNginxWithLua, startNginxApplication } from './nginx.ts';
import type { Place } from './pinning.ts';
import type { Programs, Started } from './programs.ts';

const nodesOwn = new URL('application.ts', import.meta.url).pathname;

/** Answers 200 to everything that has been read whole. */
export function startApplication(programs: Programs): Promise<Started> {
  if (hasNginxWithLua()) return startNginxApplication(programs);
  return startNodesOwn(programs, 'around');
}

/** Node's HTTP server alone, which does the same. */
export function startNodesOwn(programs: Programs, place: Place): Promise<Started> {
  return programs.start({ place, words: (port) => [process.execPath, nodesOwn, String(port)] });
}

export function urlOf({ port }: Started): string {
  return `http://127.0.0.1:${port}`;
}
