import { expect, it } from 'vitest';
import { programs } from '../../src/index.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { roundWith } from './rounds.js';

const { bestMetrics } = programs;
const make = () => bestMetrics({ metrics: { 'central.loss': 'min', 'central.accuracy': 'max' } });
const values = [
  { loss: 3, accuracy: 0.5 },
  { loss: Number.NaN, accuracy: 0.75 },
  { loss: 1, accuracy: 0.25 },
  { loss: 1, accuracy: 0.75 },
];

it('has the best value of each metric and the first round with it', () => {
  const callback = make();
  const seen = values.map((value, i) => {
    expect(callback.onRound(roundWith(i + 1, value))).toBe(false);
    return [callback.best['central.loss']?.value, callback.best['central.accuracy']?.value];
  });
  // What `TrackBestOverallMetrics` of pfl-research 0.6.0 tells; with NaN in between as well.
  expect(seen).toEqual([
    [3, 0.5],
    [3, 0.75],
    [1, 0.75],
    [1, 0.75],
  ]);
  expect(callback.best).toEqual({ 'central.loss': { round: 3, value: 1 }, 'central.accuracy': { round: 2, value: 0.75 } });
});

it('has nothing of round 0 and of NaN alone', () => {
  const callback = make();
  callback.onRound(roundWith(0, { loss: 0, accuracy: 1 }));
  callback.onRound(roundWith(1, { loss: Number.NaN, accuracy: 0 }));
  expect(callback.best).toEqual({ 'central.accuracy': { round: 1, value: 0 } });
});

it('remembers through a file', () => {
  const [callback, other] = [make(), make()];
  values.forEach((value, i) => callback.onRound(roundWith(i + 1, value)));
  other.restore(decodeState(encodeState(callback.state), 'a file'));
  expect(other.best).toEqual(callback.best);
  for (const state of [
    5,
    { 'central.other': { round: 1, value: 1 } },
    { 'central.loss': { round: 1, value: null } },
    { 'central.loss': 1 },
  ])
    expect(() => other.restore(state)).toThrow(/`state/);
  expect(other.best).toEqual(callback.best);
  other.restore(undefined);
  expect(other.best).toEqual({});
});

it('where one metric is missing, none is taken', () => {
  const callback = make();
  expect(() => callback.onRound(roundWith(1, { loss: 3 }))).toThrow('received "central.accuracy"; they are `central.loss`');
  expect(callback.best).toEqual({});
});

it('refuses other options', () => {
  const wrong = (options: unknown) => () => bestMetrics(options as programs.BestMetricsOptions);
  for (const metrics of [undefined, {}, ['central'], 5])
    expect(wrong({ metrics })).toThrow('`metrics` must be a dictionary of metrics with "min" or "max"');
  expect(wrong({ metrics: { loss: 'lower' } })).toThrow('`metrics.loss` must be one of "min", "max", received "lower"');
  expect(wrong({ metrics: { loss: 'min' }, mode: 'min' })).toThrow('has no option `mode`');
});
