import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again, for what other processes find out by themselves and nobody tells. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}
