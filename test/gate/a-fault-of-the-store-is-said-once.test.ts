import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';

test('a file that is taken away: no sentence twice, and each names the store', async () => {
  const places = await prepareGate('http://127.0.0.1:1');
  const gate = await startGateProcess(places, { stdout: 'pipe' });
  if (gate.stdout === null) throw new Error('no standard output');
  const lines = createInterface(gate.stdout);
  const written: { level: string; store?: string; msg: string }[] = [];
  lines.on('line', (line) => written.push(JSON.parse(line)));

  const file = places.flags[places.flags.indexOf('--store-file') + 1] as string;
  renameSync(file, `${file}.away`);
  while (!written.some(({ level }) => level === 'error')) await once(lines, 'line');
  gate.kill('SIGTERM');
  await once(lines, 'close');

  const errors = written.filter(({ level }) => level === 'error');
  expect(errors[0]?.msg).toContain('was removed');
  expect(errors.filter(({ store }) => store !== 'embedded')).toEqual([]);
  // The one who notices it and the one who opens the file anew have sentences of their own.
  expect(errors.map(({ msg }) => msg)).toEqual([...new Set(errors.map(({ msg }) => msg))]);
});
