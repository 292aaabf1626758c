import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../../src/errors.js';
import { Computation } from '../../../../src/graph/computation.js';
import {
  cosineDecay,
  cosineDecayRestarts,
  deserialize,
  exponentialDecay,
  inverseTimeDecay,
  type LearningRateSchedule,
  piecewiseConstantDecay,
  polynomialDecay,
  scheduleRegistry,
} from '../../../../src/keras/optimizers/schedules/index.js';
import type { Tensor } from '../../../../src/tensor.js';
import { valuesOf } from '../../../../src/testing/compare.js';
import { expectClose } from '../check-optimizer.js';

/** The rates at the given steps. */
async function rates(schedule: LearningRateSchedule, steps: readonly number[]): Promise<number[]> {
  using computation = Computation.compile([], (_, graph) => steps.map((step) => schedule.rate(graph.constant(step, 'int32'))));
  return valuesOf((await computation.run([])) as Tensor[]);
}

describe('schedules', () => {
  // Keras 3.15.1: float(keras.optimizers.schedules.<call>(tf.constant(step, tf.int64)))
  it.each<[string, LearningRateSchedule, number[], number[]]>([
    [
      'ExponentialDecay(0.1, 4, 0.5)',
      exponentialDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5 }),
      [0, 1, 4, 10],
      [0.1, 0.08408964, 0.05, 0.01767767],
    ],
    [
      'ExponentialDecay(0.1, 4, 0.5, staircase=True)',
      exponentialDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5, staircase: true }),
      [0, 3, 4, 11],
      [0.1, 0.1, 0.05, 0.025],
    ],
    [
      'InverseTimeDecay(0.1, 4, 0.5)',
      inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5 }),
      [0, 1, 4, 10],
      [0.1, 0.08888889, 0.06666667, 0.04444445],
    ],
    [
      'InverseTimeDecay(0.1, 4, 0.5, staircase=True)',
      inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5, staircase: true }),
      [0, 3, 4, 11],
      [0.1, 0.1, 0.06666667, 0.05],
    ],
    [
      'PiecewiseConstantDecay([2, 5], [0.3, 0.2, 0.1])',
      piecewiseConstantDecay({ boundaries: [2, 5], values: [0.3, 0.2, 0.1] }),
      [0, 2, 3, 5, 6, 100],
      [0.30000001, 0.30000001, 0.2, 0.2, 0.1, 0.1],
    ],
    [
      'PolynomialDecay(0.1, 10, end_learning_rate=0.01, power=2.0)',
      polynomialDecay({ initialLearningRate: 0.1, decaySteps: 10, endLearningRate: 0.01, power: 2.0 }),
      [0, 3, 10, 25],
      [0.1, 0.0541, 0.01, 0.01],
    ],
    [
      'PolynomialDecay(0.1, 10, end_learning_rate=0.01, cycle=True)',
      polynomialDecay({ initialLearningRate: 0.1, decaySteps: 10, endLearningRate: 0.01, cycle: true }),
      [0, 3, 10, 11, 25],
      [0.1, 0.073, 0.01, 0.0505, 0.025],
    ],
    [
      'CosineDecay(0.1, 10, alpha=0.1)',
      cosineDecay({ initialLearningRate: 0.1, decaySteps: 10, alpha: 0.1 }),
      [0, 3, 5, 10, 25],
      [0.1, 0.08145034, 0.055, 0.01, 0.01],
    ],
    [
      'CosineDecay(0.01, 10, alpha=0.1, warmup_target=0.1, warmup_steps=4)',
      cosineDecay({ initialLearningRate: 0.01, decaySteps: 10, alpha: 0.1, warmupTarget: 0.1, warmupSteps: 4 }),
      [0, 2, 4, 9, 14, 20],
      [0.01, 0.055, 0.1, 0.055, 0.01, 0.01],
    ],
    [
      'CosineDecayRestarts(0.1, 4, t_mul=2.0, m_mul=0.5, alpha=0.1)',
      cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 4, tMul: 2.0, mMul: 0.5, alpha: 0.1 }),
      [0, 2, 3, 4, 8, 11, 12, 20, 27, 30],
      [0.1, 0.055, 0.0231802, 0.055, 0.0325, 0.01171271, 0.0325, 0.02125, 0.01021617, 0.02114192],
    ],
    [
      'CosineDecayRestarts(0.1, 4, t_mul=1.0, m_mul=0.5)',
      cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 4, tMul: 1.0, mMul: 0.5 }),
      [0, 2, 4, 7, 9],
      [0.1, 0.05, 0.05, 0.00732233, 0.02133884],
    ],
  ])('%s', async (_, schedule, steps, expected) => {
    expectClose(await rates(schedule, steps), expected, 1e-5, 1e-7);
    const config = schedule.serialize('keras.optimizers.schedules');
    const copy = deserialize(JSON.parse(JSON.stringify(config)));
    expect(copy.serialize('keras.optimizers.schedules')).toEqual(config);
    expectClose(await rates(copy, steps), expected, 1e-5, 1e-7);
  });

  it('have the constant rate of one piece', async () => {
    expect(await rates(piecewiseConstantDecay({ boundaries: [], values: [0.5] }), [0, 7])).toEqual([0.5, 0.5]);
  });

  it('take the names that Keras 2 writes', () => {
    const config = { initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.5, staircase: false, name: null };
    expect(deserialize({ class_name: 'ExponentialDecay', config }).getConfig().name).toBe('ExponentialDecay');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no length', () => exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 }), /decaySteps/],
    ['a negative length', () => polynomialDecay({ initialLearningRate: 1, decaySteps: -1 }), /decaySteps/],
    ['a negative rate', () => inverseTimeDecay({ initialLearningRate: -1, decaySteps: 1, decayRate: 1 }), /initialLearningRate/],
    ['too few values', () => piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] }), /boundaries/],
    ['boundaries out of order', () => piecewiseConstantDecay({ boundaries: [2, 1], values: [1, 2, 3] }), /ascending/],
    ['a negative end', () => cosineDecay({ initialLearningRate: 1, decaySteps: 1, alpha: -1 }), /alpha/],
    ['shrinking falls', () => cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 1, tMul: 0.5 }), /tMul/],
    ['an unknown schedule', () => scheduleRegistry.get('Nonsense'), /Nonsense/],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(ValueError);
    expect(make).toThrow(message);
  });

  it('refuse unknown options', () => {
    expect(() => exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1, nonsense: 1 } as never)).toThrow(TypeError);
  });
});
