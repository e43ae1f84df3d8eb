import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { bundleProgram } from '../../scripts/bundle-program.ts';
import { openTestStore } from '../support/embedded-store.ts';
import { startEventApplication } from '../support/event-application.ts';
import { killProcess } from '../support/kill-process.ts';
import { postEvent } from '../support/post-event.ts';
import { configText } from '../support/running-gate.ts';
import { createDice } from '../support/seeded-dice.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const rounds = 20;
const eventsPerRound = 30;
const concurrency = 8;
const expiredKeys = 100_000;
const longestLifeMs = 250;

const program = await bundleProgram('test/support/sweeping-gate-process.ts', 'test');

/**
 * The store's file holds 100,000 keys that have expired, and the gate's thread removes them and checkpoints while events are delivered. SIGKILL comes at a random moment of that, twenty times.
 */
test('killed in the midst of commits, sweeping and checkpoints: none lost, no false 200', async () => {
  const seed = Date.now() % 2 ** 31;
  const dice = createDice(seed);
  const application = await startEventApplication();
  const directory = temporaryDirectory();
  const places = {
    directory,
    upstreamUrl: application.url,
    keysDirectory: join(directory, 'keys'),
    allowlistFile: join(directory, 'a.yaml'),
  };
  mkdirSync(places.keysDirectory);
  writeFileSync(join(places.keysDirectory, 'primary'), testSecret);
  writeFileSync(places.allowlistFile, 'addresses: [127.0.0.1]\n');
  const config = join(directory, 'hookgate.yaml');
  writeFileSync(config, configText(places));
  const file = join(directory, 'events.db');
  await fillWithExpired(file);

  const figures = { sent: 0, answered200: 0, false200: 0, kills: 0 };
  const accepted = (reference: string): number =>
    application.events.filter(({ body }) => body.includes(`"${reference}"`)).length;
  const references: string[] = [];
  const told200 = new Set<string>();

  for (let round = 0; round < rounds; round++) {
    const queue = Array.from({ length: eventsPerRound }, (_, index) => `r-${round}-${index}`);
    references.push(...queue);
    const gate = await start(config);
    const killed = new Promise<void>((resolve) => {
      setTimeout(() => void killProcess(gate.child).then(() => resolve()), dice.below(longestLifeMs));
    });
    figures.kills += 1;
    await deliverAll(gate.port, queue);
    await killed;
  }
  // The sender tries again whatever was not answered 200, and once more what was.
  const last = await start(config);
  await deliverAll(
    last.port,
    references.filter((reference) => !told200.has(reference)),
  );
  const before = application.events.length;
  await deliverAll(last.port, references);
  const suppressed = application.events.length === before;
  await killProcess(last.child);

  const lost = references.filter((reference) => accepted(reference) === 0).length;
  const repeated = application.events.length - references.length;
  const left = countExpired(file);
  console.log(
    JSON.stringify({
      seed,
      ...figures,
      accepted: application.events.length,
      lost,
      repeated,
      expiredLeft: left,
    }),
  );
  expect({ lost, false200: figures.false200, suppressed }, `seed ${seed}`).toEqual({
    lost: 0,
    false200: 0,
    suppressed: true,
  });
  expect(told200.size).toBe(references.length);
  expect(repeated, `seed ${seed}`).toBeLessThanOrEqual(rounds * concurrency);
  // The sweep was under way when the kills came.
  expect(left).toBeLessThan(expiredKeys);

  async function deliverAll(port: number, wanted: readonly string[]): Promise<void> {
    const queue = [...wanted];
    const send = async (): Promise<void> => {
      for (let reference = queue.shift(); reference !== undefined; reference = queue.shift()) {
        figures.sent += 1;
        const body = signedEvent('payment.session.succeeded', { reference });
        const status = await postEvent(`http://127.0.0.1:${port}/webhooks/juicyway`, body).then(
          (answer) => answer.status,
          () => undefined,
        );
        if (status !== 200) continue;
        figures.answered200 += 1;
        told200.add(reference);
        if (accepted(reference) === 0) figures.false200 += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, send));
  }
}, 300_000);

/** Lets the store make its file, then writes keys into its table as it would have written them nine days ago. */
async function fillWithExpired(file: string): Promise<void> {
  const { store } = await openTestStore({ file, wallClock: Date.now });
  await store.close();
  const database = new DatabaseSync(file);
  database.exec('BEGIN');
  const insert = database.prepare('INSERT INTO delivered (key, ends) VALUES (?, ?)');
  const endedAt = Date.now() - 2 * 24 * 3_600_000;
  for (let index = 0; index < expiredKeys; index++) {
    insert.run(createHash('sha256').update(String(index)).digest(), endedAt);
  }
  database.exec('COMMIT');
  database.close();
}

function countExpired(file: string): number {
  const database = new DatabaseSync(file);
  const row = database.prepare('SELECT count(*) AS count FROM delivered WHERE ends < ?').get(Date.now());
  database.close();
  return Number(row?.count);
}

async function start(config: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [program, config], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, port: Number(line) };
}
