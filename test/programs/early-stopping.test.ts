/** Ends where Keras's and pfl-research's callbacks end. */
import { describe, expect, it } from 'vitest';
import { programs, ValueError } from '../../src/index.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { endInPieces, endOf, roundWith, SEQUENCES } from './rounds.js';

const { earlyStopping } = programs;
const make = (options: Partial<programs.EarlyStoppingOptions> = {}) => earlyStopping({ metric: 'central', ...options });
type Case = [options: Partial<programs.EarlyStoppingOptions>, ...ends: (number | null)[]];

// `keras.callbacks.EarlyStopping` of Keras 3.15; its first epoch is 0 where our first round is 1. A column per sequence.
const KERAS: Case[] = [
  [{ mode: 'min', patience: 0 }, 4, 3, null, 2, 2, 2],
  [{ mode: 'min', patience: 1 }, 4, 3, null, 2, 2, 2],
  [{ mode: 'min', patience: 2 }, 5, 10, null, 3, 5, 5],
  [{ mode: 'min', patience: 3 }, 10, 11, null, 4, null, null],
  [{ mode: 'max', patience: 0 }, 2, 2, 2, null, 2, 2],
  [{ mode: 'max', patience: 2 }, 3, 7, 3, null, 3, 3],
  [{ mode: 'min', patience: 2, minDelta: 0.1 }, 5, 4, 3, 3, 5, 5],
  [{ mode: 'min', patience: 1, minDelta: 0.3 }, 4, 3, 2, 2, 2, 2],
  [{ mode: 'min', patience: 2, baseline: 2 }, 4, 3, null, 3, 2, 2],
  [{ mode: 'max', patience: 3, baseline: 4.5 }, 4, 4, 3, null, 3, 4],
  [{ mode: 'min', patience: 1, startFromRound: 4 }, 5, 5, null, 5, 5, 5],
  [{ mode: 'max', patience: 1, minDelta: 0.5, startFromRound: 3 }, 4, 4, 4, null, 4, 4],
];
// `EarlyStoppingCallback` of pfl-research 0.6.0 with `operator.lt` or `operator.gt`.
const PFL: Case[] = [
  [{ mode: 'min', patience: 1 }, 4, 3, null, 2, 2, 2],
  [{ mode: 'min', patience: 2 }, 5, 10, null, 3, 5, 5],
  [{ mode: 'min', patience: 3 }, 10, 11, null, 4, null, null],
  [{ mode: 'max', patience: 1 }, 2, 2, 2, null, 2, 2],
  [{ mode: 'max', patience: 2 }, 3, 7, 3, null, 3, 3],
  [{ mode: 'max', patience: 3 }, 4, 8, 4, null, 4, 4],
];

describe.each([
  ['Keras', KERAS],
  ['pfl-research', PFL],
] as const)("as %s's", (_, cases) => {
  it.each(cases)('with %o', (options, ...ends) => {
    expect(SEQUENCES.map((values) => endOf(make(options), values))).toEqual(ends);
  });

  it('also when it is cut in pieces, whose memory goes through a file', () => {
    for (const [options, ...ends] of cases) {
      const through = (state: unknown) => decodeState(encodeState(state), 'a file');
      expect(SEQUENCES.map((values) => endInPieces(() => make(options), values, through))).toEqual(ends);
    }
  });
});

it('NaN is never the best, also in the first round', () => {
  expect(endOf(make({ patience: 2 }), [Number.NaN, 3, 2, 2, 2])).toBe(5);
  expect(endOf(make(), [Number.NaN, Number.NaN])).toBe(2);
});

it('looks at no round 0, and begins anew where it is told to', () => {
  const callback = make({ patience: 2 });
  expect(callback.onRound(roundWith(0, -5))).toBe(false);
  expect(endOf(callback, [4, 5, 5])).toBe(3);
  callback.restore(undefined);
  expect(endOf(callback, [9, 8, 7, 7, 7])).toBe(5);
});

describe('what is refused', () => {
  it('are other options', () => {
    const wrong = (options: unknown) => () => earlyStopping(options as programs.EarlyStoppingOptions);
    expect(wrong(undefined)).toThrow('`options` must be an object with options, received undefined');
    expect(wrong({})).toThrow('`metric` must be a string, received undefined');
    expect(wrong({ metric: 'a', patience: -1 })).toThrow(
      new ValueError('`patience` must be a finite number that is not negative, received -1'),
    );
    expect(wrong({ metric: 'a', patience: 1.5 })).toThrow('`patience` must be a whole number');
    expect(wrong({ metric: 'a', minDelta: -0.1 })).toThrow(ValueError);
    expect(wrong({ metric: 'a', minDelta: Number.NaN })).toThrow(ValueError);
    expect(wrong({ metric: 'a', baseline: '1' })).toThrow('`baseline` must be a number, received "1"');
    expect(wrong({ metric: 'a', startFromRound: 0 })).toThrow(ValueError);
    expect(wrong({ metric: 'a', mode: 'auto' })).toThrow('`mode` must be one of "min", "max", received "auto"');
    expect(wrong({ metric: 'a', monitor: 'loss' })).toThrow('`options` has no option `monitor`');
  });

  it('is a memory of something else, and its own stays', () => {
    const callback = make({ patience: 3 });
    endOf(callback, [1, 2]);
    const before = callback.state;
    for (const state of [5, [], { best: null }, { best: 1, wait: 0 }, { best: null, wait: -1 }, { best: null, wait: 'a' }])
      expect(() => callback.restore(state)).toThrow(/`state/);
    expect(callback.state).toEqual(before);
  });
});
