/** Ends where pfl-research's callback ends. */
import { describe, expect, it } from 'vitest';
import { programs, ValueError } from '../../src/index.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { endInPieces, endOf, roundWith, SEQUENCES } from './rounds.js';

const { convergence } = programs;
type Options = Omit<programs.ConvergenceOptions, 'metric'>;
const make = (options: Options) => convergence({ metric: 'central', ...options });

// Of `ConvergenceCallback` of pfl-research 0.6.0, a column per sequence: the round with which it ends, and the one from which the metric was good
// enough. The latter is what it tells of the data: each round had ten points.
const PFL: [Options, ...([number, number] | null)[]][] = [
  [{ mode: 'min', threshold: 2.5, patience: 1 }, [7, 7], [2, 2], [1, 1], [1, 1], [3, 3], null],
  [{ mode: 'min', threshold: 2.5, patience: 2 }, [8, 7], [7, 6], [2, 1], [2, 1], null, null],
  [{ mode: 'min', threshold: 2.5, patience: 3 }, [9, 7], [8, 6], [3, 1], null, null, null],
  [{ mode: 'min', threshold: 1.9, patience: 1 }, null, [6, 6], [1, 1], [1, 1], [6, 6], null],
  [{ mode: 'min', threshold: 1.9, patience: 2 }, null, [7, 6], [2, 1], null, null, null],
  [{ mode: 'min', threshold: 1.9, patience: 3 }, null, [8, 6], [3, 1], null, null, null],
  [{ mode: 'max', threshold: 2.5, patience: 1 }, [1, 1], [1, 1], null, [3, 3], [1, 1], [1, 1]],
  [{ mode: 'max', threshold: 2.5, patience: 2 }, [2, 1], null, null, [4, 3], null, [2, 1]],
  [{ mode: 'max', threshold: 2.5, patience: 3 }, [3, 1], null, null, [5, 3], null, [3, 1]],
  [{ mode: 'min', threshold: 0.9, patience: 1 }, null, null, [4, 4], null, null, null],
  [{ mode: 'min', threshold: 0.9, patience: 2 }, null, null, [5, 4], null, null, null],
  [{ mode: 'min', threshold: 0.9, patience: 3 }, null, null, [6, 4], null, null, null],
];

describe("as pfl-research's", () => {
  it.each(PFL)('with %o', (options, ...ends) => {
    const found = SEQUENCES.map((values) => {
      const callback = make(options);
      const end = endOf(callback, values);
      return end === null ? null : [end, callback.since];
    });
    expect(found).toEqual(ends);
  });

  it('also when it is cut in pieces, whose memory goes through a file', () => {
    for (const [options, ...ends] of PFL) {
      const through = (state: unknown) => decodeState(encodeState(state), 'a file');
      expect(SEQUENCES.map((values) => endInPieces(() => make(options), values, through))).toEqual(
        ends.map((end) => (end === null ? null : end[0])),
      );
    }
  });
});

it('has no first round after one that was not good enough; a memory has it', () => {
  const callback = make({ threshold: 2, patience: 9 });
  endOf(callback, [1, 1, 3]);
  expect(callback.since).toBeUndefined();
  callback.onRound(roundWith(4, 1.5));
  callback.onRound(roundWith(5, 1.5));
  const other = make({ threshold: 2, patience: 9 });
  other.restore(callback.state);
  expect([callback.since, other.since]).toEqual([4, 4]);
  other.restore(undefined);
  expect(other.since).toBeUndefined();
});

it('refuses other options and memories', () => {
  const wrong = (options: unknown) => () => convergence(options as programs.ConvergenceOptions);
  expect(wrong({ metric: 'a', patience: 1 })).toThrow('`threshold` must be a number, received undefined');
  expect(wrong({ metric: 'a', threshold: 1 })).toThrow('`patience` must be a whole number');
  expect(wrong({ metric: 'a', threshold: 1, patience: 0 })).toThrow(ValueError);
  expect(wrong({ metric: 'a', threshold: Number.NaN, patience: 1 })).toThrow(ValueError);
  expect(wrong({ metric: 'a', threshold: 1, patience: 1, minDelta: 0 })).toThrow('`options` has no option `minDelta`');
  const callback = make({ threshold: 1, patience: 3 });
  endOf(callback, [0]);
  for (const state of [5, { since: null }, { since: 0, rounds: 1 }, { since: 1, rounds: -1 }])
    expect(() => callback.restore(state)).toThrow(/`state/);
  expect(callback.since).toBe(1);
});
