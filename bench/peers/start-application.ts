import { asJavaScript } from './as-javascript.ts';
import { hasNginxWithLua, startNginxApplication } from './nginx.ts';
import type { Place } from './pinning.ts';
import type { Programs, Started } from './programs.ts';

/** Answers 200 to everything that has been read whole. */
export function startApplication(programs: Programs): Promise<Started> {
  if (hasNginxWithLua()) return startNginxApplication(programs);
  return startNodesOwn(programs, 'around');
}

/** Node's HTTP server alone, which does the same. */
export async function startNodesOwn(programs: Programs, place: Place): Promise<Started> {
  const file = await asJavaScript('application');
  return programs.start({ place, words: (port) => [process.execPath, file, String(port)] });
}

/** For what streams: uploads, downloads, WebSockets, events. */
export async function startStreamingApplication(programs: Programs): Promise<Started> {
  const file = await asJavaScript('streaming-application');
  return programs.start({ place: 'around', words: (port) => [process.execPath, file, String(port)] });
}

export function urlOf({ port }: Started): string {
  return `http://127.0.0.1:${port}`;
}
