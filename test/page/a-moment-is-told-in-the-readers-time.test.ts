import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { timeOf } from '../../src/page/moment.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-12-01T12:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test.each([
  ['Africa/Lagos', '2026-11-29T23:30:00.000Z', '2026-11-30 00:30:00'],
  ['America/New_York', '2026-11-30T02:00:00.000Z', '2026-11-29 21:00:00'],
  ['UTC', '2026-11-30T02:00:00.000Z', '2026-11-30 02:00:00'],
  ['Africa/Lagos', '2026-11-30T23:30:00.000Z', '00:30:00'],
])('in %s %s is %s, the date of the same zone as the time', (zone, iso, told) => {
  vi.stubEnv('TZ', zone);
  expect(timeOf(iso)).toBe(told);
});
