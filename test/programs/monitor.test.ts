import { describe, expect, it } from 'vitest';
import { type Metrics, type programs, ValueError } from '../../src/index.js';
import { fromSaved, Monitor, toSaved } from '../../src/programs/monitor.js';
import { roundWith } from './rounds.js';

const read = (metric: string, round: programs.StrategyRound<unknown>) => new Monitor({ metric }).read(round);
const told: programs.StrategyRound<unknown> = {
  ...roundWith(2, { error: 0.25, pair: [1, 2], text: 'a' }),
  metrics: { clientWork: { train: { num_examples: 10 } } } as unknown as Metrics,
  evaluation: { clients: [], failures: [], metrics: { clientWork: { eval: { currentRoundMetrics: { loss: 3 } } } } as unknown as Metrics },
};

describe('a metric', () => {
  it('is a number of a round by its path', () => {
    expect(read('train.clientWork.train.num_examples', told)).toBe(10);
    expect(read('evaluation.clientWork.eval.currentRoundMetrics.loss', told)).toBe(3);
    expect(read('central.error', told)).toBe(0.25);
    expect(read('central.pair[1]', told)).toBe(2);
    expect(read('central', roundWith(1, 7))).toBe(7);
    expect(read('central', roundWith(1, Number.NaN))).toBeNaN();
  });

  it('that a round has not is an error with those that it has', () => {
    expect(() => read('central.loss', told)).toThrow(
      new ValueError(
        '`metric` must be one of round 2\'s, received "central.loss"; they are `central.error`, `central.pair[0]`, `central.pair[1]`, ' +
          '`evaluation.clientWork.eval.currentRoundMetrics.loss`, `train.clientWork.train.num_examples`',
      ),
    );
    for (const metric of ['central', 'central.text', 'constructor', '']) expect(() => read(metric, told)).toThrow(ValueError);
    expect(() => read('central', roundWith(3, undefined))).toThrow('; there are none');
  });

  it('is not looked for in round 0', () => {
    expect(read('central.loss', roundWith(0, undefined))).toBeUndefined();
  });
});

it('a value is better by more than the least difference', () => {
  const [min, max] = (['min', 'max'] as const).map((mode) => new Monitor({ metric: 'a', mode }, 0.5)) as [Monitor, Monitor];
  expect([min.improves(1, 1.5), min.improves(0.75, 1.5), min.improves(2, 1.5)]).toEqual([false, true, false]);
  expect([max.improves(2, 1.5), max.improves(2.25, 1.5), max.improves(1, 1.5)]).toEqual([false, true, false]);
  expect([min.improves(Number.POSITIVE_INFINITY, undefined), min.improves(Number.NaN, undefined)]).toEqual([true, false]);
});

it('a value is saved whatever it is', () => {
  for (const value of [undefined, 0.1, Number.NEGATIVE_INFINITY]) expect(fromSaved('a', toSaved(value))).toBe(value);
  for (const wrong of [1, 'a', []]) expect(() => fromSaved('a', wrong)).toThrow('`a` must be null or a float64 scalar');
});
