import { expect, test } from 'vitest';
import { createInFlightClaims } from '../../src/stores/in-flight-claims.ts';

const [one, other] = ['a'.repeat(64), 'b'.repeat(64)] as const;

function claimsAndClock() {
  let nowMs = 0;
  return {
    claims: createInFlightClaims(() => nowMs),
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

test('a claim is neither released nor taken over while it is recorded, however long that takes', () => {
  const { claims, pass } = claimsAndClock();
  const { token } = claims.hold(one, 10);
  const recording = claims.startRecording(one, token);
  pass(10);
  claims.release(one, token);
  expect(claims.holder(one)).toBe(recording);
  expect(claims.startRecording(one, 'of somebody else')).toBeUndefined();
});

test('lapsed claims are removed, also behind a key that was claimed anew since', () => {
  const { claims, pass } = claimsAndClock();
  claims.hold(one, 10);
  claims.hold(other, 10);
  pass(10);
  const anew = claims.hold(one, 10);
  claims.removeLapsed(10);
  expect(claims.size).toBe(1);
  expect(claims.holder(one)).toBe(anew);
});
