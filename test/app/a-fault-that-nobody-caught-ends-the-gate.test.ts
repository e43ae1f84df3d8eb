import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A module that is loaded before the gate, and plants the fault when the process is signalled. */
const faults = {
  'an exception': "setImmediate(() => { throw new Error('planted') })",
  'a rejected promise': "void Promise.reject(new Error('planted'))",
};

test.each(Object.entries(faults))(
  'after %s the log has it, and the exit status is 1',
  async (_name, fault) => {
    const application = await startEventApplication();
    const module = join(temporaryDirectory(), 'plant.mjs');
    writeFileSync(module, `process.on('SIGUSR2', () => { ${fault} });\n`);
    const gate = await startGateProcess(await prepareGate(application.url), {
      env: { NODE_OPTIONS: `--import=${module}` },
      stdout: 'pipe',
    });
    const log = text(gate.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>);
    const exit = once(gate, 'exit');

    gate.kill('SIGUSR2');

    expect(await exit).toEqual([1, null]);
    // Not always the last: a line before it may still have been on its way to the pipe.
    const lines = (await log)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ message: 'planted' }) }),
    );
  },
);
