import { fork } from 'node:child_process';

export interface CreatorReport {
  readonly created: number;
  /** Created without a sidecar. */
  readonly unguarded: number;
  /** What was said where no pod was created, each with the time. */
  readonly refusals: readonly { readonly at: number; readonly said: string }[];
  /** Longest time from one pod to the next, in ms. */
  readonly gapMs: number;
}

export interface Creator {
  /** Pods so far. */
  created(): number;
  finish(): Promise<CreatorReport>;
}

/** Creates labelled pods in two loops, until it is told to end. */
export function startCreator(namespace: string): Creator {
  const child = fork(new URL('./sidecar-creator-process.ts', import.meta.url), [namespace]);
  let created = 0;
  const report = new Promise<CreatorReport>((resolve, reject) => {
    child.on('message', (message: { created?: number; report?: CreatorReport }) => {
      created = message.created ?? created;
      if (message.report !== undefined) resolve(message.report);
    });
    child.on('exit', () => reject(new Error('the creator ended without a report')));
  });
  // Whoever calls finish learns of it.
  report.catch(() => {});
  return {
    created: () => created,
    finish() {
      if (child.connected) child.send('end');
      return report;
    },
  };
}
