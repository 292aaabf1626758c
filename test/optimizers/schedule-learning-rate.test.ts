import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { less, where } from '../../src/graph/ops/math.js';
import * as schedules from '../../src/keras/optimizers/schedules/index.js';
import { sgd } from '../../src/keras/optimizers/sgd.js';
import { adam, type Schedule, scheduleLearningRate, sgdm } from '../../src/optimizers/index.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';

/** A weight of 1, and gradients of 1. */
const ONES = { weights: [{ shape: [1], data: [1] }], gradients: Array.from({ length: 4 }, () => [[1]]) };
const HISTORY = [[0.9], [0.8], [0.79], [0.78]];

const scheduled = ({ schedule, ...options }: { schedule: Schedule; learningRate?: number; nonsense?: number }) =>
  scheduleLearningRate(sgdm({ learningRate: 7, ...options }), schedule);

describe("TFF's case: 0.1 twice, then 0.01", () => {
  it.each<[string, Schedule]>([
    ['a list', [0.1, 0.1, 0.01]],
    ['a Keras schedule', schedules.piecewiseConstantDecay({ boundaries: [1], values: [0.1, 0.01] })],
    ['a graph function', (step) => where(less(step, 2), step.graph.constant(0.1, 'float32'), step.graph.constant(0.01, 'float32'))],
  ])('by %s', async (_, schedule) => {
    const steps = await runOptimizer(scheduled({ schedule }), ONES);
    for (const [i, expected] of HISTORY.entries()) expectClose(steps[i] as number[], expected);
  });
});

describe('as any optimizer', () => {
  checkOptimizer(scheduled, {
    fixture: ONES,
    steps: { 'a list': [{ schedule: [0.1, 0.1, 0.01] }, HISTORY] },
    // A schedule may be a function.
    serializable: false,
  });
});

describe('hyper-parameters', () => {
  it('are those of the optimizer but for the rate', async () => {
    const process = scheduleLearningRate(adam({ learningRate: 1 }), [0.1]).create([tensorSpec([1])]);
    const state = await process.initialize();
    expect(Object.keys(process.getHparams(state))).toEqual(['beta1', 'beta2', 'epsilon']);
    expect(() => process.setHparams(state, { learningRate: 1 })).toThrow(TypeError);
    const changed = process.setHparams(state, { epsilon: 0.5 });
    const next = await process.next(changed, [tensor([1]) as Tensor], [tensor([0.5]) as Tensor]);
    // The root of the mean square is 0.5 · √(1 − beta2), and so is the rate's correction without its 0.5.
    const root = Math.sqrt(1 - 0.999);
    expectClose(Array.from(next.weights[0]?.data as Float32Array), [1 - (0.1 * root * 0.5) / (0.5 * root + 0.5)]);
    expect(process.getHparams(next.state)).toEqual(process.getHparams(changed));
  });
});

describe('refuses', () => {
  it('an optimizer without a learning rate: one that is scheduled', () => {
    expect(() => scheduleLearningRate(scheduled({ schedule: [1] }), [1])).toThrow(ValueError);
    expect(() => scheduleLearningRate(scheduled({ schedule: [1] }), [1])).toThrow(/must have learning rate/);
    const decay = schedules.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1 });
    expect(() => scheduleLearningRate(sgd({ learningRate: decay }), [1])).toThrow(/must have learning rate/);
  });

  it('what is no optimizer or no schedule', () => {
    expect(() => scheduleLearningRate('adam' as never, [1])).toThrow(TypeError);
    for (const schedule of [0.1, null, 'constant', ['0.1']]) expect(() => scheduled({ schedule: schedule as never })).toThrow(TypeError);
    for (const schedule of [[], [-0.1], [Number.NaN]]) expect(() => scheduled({ schedule })).toThrow(ValueError);
  });

  it('a function of a JavaScript number, which would give one rate for ever', async () => {
    const process = scheduled({ schedule: (() => 0.1) as never }).create([tensorSpec([1])]);
    const weights = [tensor([1]) as Tensor];
    await expect(process.initialize().then((state) => process.next(state, weights, weights))).rejects.toThrow(/scalar output/);
  });
});
