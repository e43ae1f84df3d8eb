import { chmodSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createEvents, path } from '../../bench/load/events.ts';
import { provesItself } from '../../bench/measure/proves-itself.ts';
import { startHop } from '../../bench/peers/hops.ts';
import { hasNginxWithLua, startVerifyingNginx } from '../../bench/peers/nginx.ts';
import { createPrograms } from '../../bench/peers/programs.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { requireProgram } from '../support/require-program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const isMissing = requireProgram('nginx') === undefined || !hasNginxWithLua();

function startPrograms() {
  const directory = temporaryDirectory();
  // nginx's workers run as another user.
  chmodSync(directory, 0o755);
  const programs = createPrograms(directory);
  onTestFinished(() => programs.endAll());
  return programs;
}

test.skipIf(isMissing)('a forged event and a repeat never reach the application', async () => {
  const application = await startPlainApplication();
  const nginx = await startVerifyingNginx(startPrograms(), application.url);

  await provesItself('nginx', nginx);

  expect(application.seen).toEqual([`POST ${path}`]);
});

test.skipIf(isMissing)('an event that the application did not take may come again', async () => {
  let status = 500;
  const application = await startPlainApplication((_request, response) => {
    response.statusCode = status;
    response.end();
  });
  const { port } = await startVerifyingNginx(startPrograms(), application.url);
  const body = createEvents(800)();
  const send = () => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body });

  const failed = await send();
  status = 200;
  const accepted = await send();

  expect([failed.status, accepted.status, application.seen.length]).toEqual([500, 200, 2]);
});

test('a hop that verifies nothing does not pass for one that does', async () => {
  const application = await startPlainApplication((_request, response) => void response.end());
  const hop = await startHop(startPrograms(), 'node-hop', application.url);

  await expect(provesItself('the hop', hop)).rejects.toThrow(
    'the hop answered a forged event with 200 new and not 401 new',
  );
});
