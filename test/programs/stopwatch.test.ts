import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { programs } from '../../src/index.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { roundWith } from './rounds.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const { stopwatch } = programs;
const after = (clock: programs.Stopwatch, round: number, seconds: number) => {
  vi.advanceTimersByTime(seconds * 1000);
  expect(clock.onRound(roundWith(round, undefined))).toBe(false);
};

it('measures a round, all of them, and the average; round 0 is none', () => {
  const clock = stopwatch();
  expect([clock.seconds, clock.totalSeconds, clock.meanSeconds]).toEqual([0, 0, 0]);
  after(clock, 0, 100);
  after(clock, 1, 3);
  expect([clock.seconds, clock.totalSeconds, clock.meanSeconds]).toEqual([3, 3, 3]);
  after(clock, 2, 1);
  expect([clock.seconds, clock.totalSeconds, clock.meanSeconds]).toEqual([1, 4, 2]);
});

it('goes on after a crash, without the time in between', () => {
  const clock = stopwatch();
  after(clock, 1, 3);
  const saved = decodeState(encodeState(clock.state), 'a file');
  const other = stopwatch();
  vi.advanceTimersByTime(1e6);
  other.restore(saved);
  after(other, 2, 1);
  expect([other.seconds, other.totalSeconds, other.meanSeconds]).toEqual([1, 4, 2]);
  for (const state of [
    {},
    { seconds: -1, total: 0, rounds: 0 },
    { seconds: 0, total: Number.NaN, rounds: 0 },
    { seconds: 0, total: 0, rounds: 0.5 },
  ])
    expect(() => other.restore(state)).toThrow(/`state/);
  expect(other.totalSeconds).toBe(4);
  other.restore(undefined);
  after(other, 1, 2);
  expect([other.seconds, other.totalSeconds, other.meanSeconds]).toEqual([2, 2, 2]);
});
