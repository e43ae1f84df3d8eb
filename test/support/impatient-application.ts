import { fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface ImpatientApplication {
  readonly url: URL;
  /** How often each body was run. */
  runs(): Promise<Map<string, number>>;
}

/**
 * An application in a process of its own, which closes a connection as soon as it was idle for `idleMs`, without
 * announcing it. In the test's own process the event loop would show every close before the next event is sent.
 */
export async function startImpatientApplication(idleMs: number): Promise<ImpatientApplication> {
  const child = fork(new URL('./impatient-application-process.ts', import.meta.url), [String(idleMs)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = await once(child, 'message');
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    async runs() {
      child.send('runs');
      const [runs] = await once(child, 'message');
      return new Map(runs as [string, number][]);
    },
  };
}
