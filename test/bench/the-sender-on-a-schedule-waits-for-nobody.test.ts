import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { sendOnSchedule } from '../../bench/load/open-loop.ts';
import { getRequest } from '../../bench/load/requests.ts';
import { scheduleFrom } from '../../bench/load/schedule.ts';
import { startPlainApplication } from '../support/plain-application.ts';

const count = 50;
const requests = Array.from({ length: count }, () => getRequest('/'));

test('requests are due at equal distances', () => {
  expect([...scheduleFrom(1000, 4, 500)]).toEqual([1000, 1002, 1004, 1006]);
});

test('a stall of the first answer keeps no request back, and counts from when each was due', async () => {
  const waiting: ServerResponse[] = [];
  const { server } = await startPlainApplication((_request, response) => {
    waiting.push(response);
    // A sender that waits for answers would never come to the last.
    if (waiting.length === count) for (const each of waiting) each.end();
  });
  const { port } = server.address() as AddressInfo;

  const latenciesMs = await sendOnSchedule(requests, { port, perSecond: 1000 });

  expect(latenciesMs).toHaveLength(count);
  // The first was due 49 ms before the last was sent.
  expect(latenciesMs[0]).toBeGreaterThanOrEqual(count - 1);
});

test('an answer other than 200 ends the run', async () => {
  const { server } = await startPlainApplication((_request, response) => {
    response.statusCode = 503;
    response.end();
  });
  const { port } = server.address() as AddressInfo;

  await expect(sendOnSchedule(requests, { port, perSecond: 1000 })).rejects.toThrow('the answer was 503');
});
