import { expect, test } from 'vitest';
import { checkEverything } from '../../src/app/check/check.ts';
import { writeGateFiles } from '../support/running-gate.ts';

async function linesAbout(env: Readonly<Record<string, string>>) {
  const { configFile } = writeGateFiles('http://127.0.0.1:9');
  const result = await checkEverything({ file: configFile, flags: {}, env });
  if (result.kind !== 'checked') return expect.unreachable();
  return result.checks.filter(({ name }) => name === 'bypass');
}

test('each Service of the annotation fails', async () => {
  const past = (service: string) => ({
    name: 'bypass',
    result: 'failed',
    detail: expect.stringContaining(`Service ${service} led past this gate`),
  });
  expect(await linesAbout({ POD_BYPASSED_BY: 'payments:80,admin:8080' })).toEqual([
    past('payments:80'),
    past('admin:8080'),
  ]);
});

test('in a guarded pod without one it says where later ones are told', async () => {
  expect(await linesAbout({ POD_BYPASSED_BY: '' })).toEqual([
    { name: 'bypass', result: 'good', detail: expect.stringContaining('BypassedByService') },
  ]);
});

test('elsewhere it says nothing of them', async () => {
  expect(await linesAbout({})).toEqual([]);
});
