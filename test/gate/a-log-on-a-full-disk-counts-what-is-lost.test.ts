import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { readMetric } from '../support/read-metric.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

test('lines that a full disk did not take are counted, and those after it are whole', async ({ skip }) => {
  const disk = mountSmallDisk(64);
  if (disk === undefined) return skip('no small disk can be mounted here');
  const log = openSync(join(disk, 'log'), 'a');
  onTestFinished(() => closeSync(log));
  const places = await prepareGate((await startEventApplication()).url);
  const gate = await startGateProcess(places, { stdout: log, env: { HOOKGATE_DRAIN_DELAY: '0s' } });
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  const admin = `http://127.0.0.1:${places.adminPort}`;
  const written = (): string[] => readFileSync(join(disk, 'log'), 'utf8').split('\n').filter(isDelivery);
  const dropped = (): Promise<number> => readMetric(admin, 'hookgate_log_lines_dropped_total');
  let sent = 0;
  const refuse = async (count: number): Promise<void> => {
    for (const end = sent + count; sent < end; sent++) expect((await fetch(url)).status).toBe(405);
    await until(async () => written().length + (await dropped()) === sent);
  };

  await refuse(20);
  expect(await dropped()).toBe(0);
  // 40 of 64 KiB, so that the last of the room ends within a line.
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(40 * 1024));
  await refuse(150);
  const lost = await dropped();
  expect(lost).toBeGreaterThan(0);
  rmSync(join(disk, 'ballast'));
  await refuse(20);
  expect(await dropped()).toBe(lost);

  const exit = once(gate, 'exit');
  gate.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

/** A whole line; what was cut off at the end of the room is none. */
function isDelivery(line: string): boolean {
  try {
    return (JSON.parse(line) as { msg?: string }).msg === 'delivery';
  } catch {
    return false;
  }
}
