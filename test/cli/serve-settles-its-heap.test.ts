import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('soon after the start the heaps of both threads are collected, as when memory runs out', async () => {
  const plant = join(temporaryDirectory(), 'plant.cjs');
  writeFileSync(plant, "require('node:v8').setFlagsFromString('--trace-gc');\n");
  const env = { NODE_OPTIONS: `--require=${plant}` };
  const gate = await startGateProcess(await prepareGate('http://127.0.0.1:1'), { env, stdout: 'pipe' });
  const collected = new Set<string>();
  let output = '';
  gate.stdout?.on('data', (chunk) => {
    output += chunk;
    for (const [, heap] of output.matchAll(/^\[\d+:(0x[0-9a-f]+)\].*Mark-Compact.*testing/gm)) {
      collected.add(heap as string);
    }
  });
  await expect.poll(() => collected.size, { timeout: 10_000, message: output }).toBe(2);
});
