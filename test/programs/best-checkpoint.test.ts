import { describe, expect, it } from 'vitest';
import { programs, ValueError } from '../../src/index.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { endOf, roundWith, SEQUENCES } from './rounds.js';

const { bestCheckpoint } = programs;
const make = (options: Partial<programs.BestCheckpointOptions> = {}) => bestCheckpoint({ metric: 'central', ...options });
const bestOf = (values: readonly number[], options: Partial<programs.BestCheckpointOptions> = {}) => {
  const callback = make(options);
  expect(endOf(callback, values)).toBeNull();
  return callback.best;
};

describe('the best round', () => {
  // The last round for which `MetricImprovementCheckpointPolicy` of pfl-research 0.6.0 says that a checkpoint should be made.
  it.each([
    [{}, [7, 8, 8, 1, 6, 3]],
    [{ mode: 'max' }, [1, 5, 1, 10, 1, 1]],
    [{ threshold: 2 }, [undefined, 8, 8, 1, 6, undefined]],
    [{ mode: 'max', threshold: 4.5 }, [1, 5, undefined, 10, undefined, 1]],
  ] as const)("is of %o pfl-research's", (options, rounds) => {
    expect(SEQUENCES.map((values) => bestOf(values, options)?.round)).toEqual(rounds);
  });

  it('has its value and its state', () => {
    expect(bestOf([3, 1, 2])).toEqual({ round: 2, value: 1, state: roundWith(2, 1).state });
  });

  it('is none before the first, and round 0 and NaN are never it', () => {
    const callback = make();
    callback.onRound(roundWith(0, -1));
    callback.onRound(roundWith(1, Number.NaN));
    expect(callback.best).toBeUndefined();
    callback.onRound(roundWith(2, 5));
    expect(callback.best?.round).toBe(2);
  });
});

describe('its memory', () => {
  it('goes through a file', () => {
    for (const values of [[3, 1, 2], [Number.NEGATIVE_INFINITY, 1], [Number.NaN]]) {
      const [callback, other] = [make(), make()];
      endOf(callback, values);
      other.restore(decodeState(encodeState(callback.state), 'a file'));
      expect(other.best).toEqual(callback.best);
      other.restore(undefined);
      expect(other.best).toBeUndefined();
    }
  });

  it('of something else is refused, and its own stays', () => {
    const callback = make();
    endOf(callback, [1]);
    const { value } = callback.state as { value: programs.SavedValue };
    for (const state of [5, {}, { round: 1, value: null, state: {} }, { round: 0, value, state: {} }, { round: 1, value, state: 5 }])
      expect(() => callback.restore(state)).toThrow(/`state/);
    expect(callback.best?.round).toBe(1);
  });
});

it('refuses other options', () => {
  const wrong = (options: unknown) => () => bestCheckpoint(options as programs.BestCheckpointOptions);
  expect(wrong({})).toThrow('`metric` must be a string');
  expect(wrong({ metric: 'a', threshold: Number.NaN })).toThrow(ValueError);
  expect(wrong({ metric: 'a', restoreBest: true })).toThrow('`options` has no option `restoreBest`');
  expect(() => make({ metric: 'central.a' }).onRound(roundWith(1, 1))).toThrow('they are `central`');
});
