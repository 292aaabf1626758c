/** The options that all of Keras's optimizers share. */
import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { Weight } from '../../../src/keras/engine/weight.js';
import { adam } from '../../../src/keras/optimizers/adam.js';
import type { Optimizer } from '../../../src/keras/optimizers/optimizer.js';
import * as schedules from '../../../src/keras/optimizers/schedules/index.js';
import { sgd } from '../../../src/keras/optimizers/sgd.js';
import type { Tensor } from '../../../src/tensor.js';
import { tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { FIXTURE, runOptimizer } from '../../../src/testing/check-optimizer.js';
import { valuesOf } from '../../../src/testing/compare.js';
import { flatten, type Tree } from '../../../src/tree.js';
import { checkOptimizer, expectClose } from './check-optimizer.js';

checkOptimizer(sgd, {
  steps: {
    'keras.optimizers.SGD(0.1, clipnorm=0.5)': [
      { learningRate: 0.1, clipnorm: 0.5 },
      [
        [0.9890995, -1.978199, 0.4563979, 2.9978199, 0.269696, -1.5459572],
        [0.9922307, -1.9844613, 0.4407423, 3.0447867, 0.2198687, -1.5501095],
        [0.9667646, -1.9844613, 0.4831857, 3.0377128, 0.2614712, -1.5778445],
        [0.9565347, -1.9640014, 0.4593159, 3.0002031, 0.2516654, -1.5288155],
      ],
    ],
    'keras.optimizers.SGD(0.1, clipvalue=0.25)': [
      { learningRate: 0.1, clipvalue: 0.25 },
      [
        [0.975, -1.975, 0.475, 2.99, 0.275, -1.525],
        [0.995, -2.0, 0.45, 3.0150001, 0.25, -1.53],
        [0.97, -2.0, 0.475, 2.99, 0.275, -1.5549999],
        [0.9450001, -1.975, 0.45, 2.9649999, 0.25, -1.53],
      ],
    ],
    'keras.optimizers.SGD(0.1, global_clipnorm=0.5)': [
      { learningRate: 0.1, globalClipnorm: 0.5 },
      [
        [0.9896549, -1.9793098, 0.4586197, 2.997931, 0.256207, -1.5144831],
        [0.9927318, -1.9854636, 0.4432351, 3.0440848, 0.2469763, -1.5152524],
        [0.9730027, -1.9854636, 0.4761169, 3.0386045, 0.2732817, -1.5327893],
        [0.9670313, -1.9735208, 0.4621836, 3.0167093, 0.2653198, -1.49298],
      ],
    ],
    'keras.optimizers.SGD(0.1, weight_decay=0.5)': [
      { learningRate: 0.1, weightDecay: 0.5 },
      [
        [0.9, -1.8, 0.275, 2.8399999, 0.2675, -1.495],
        [0.8749999, -1.7499999, 0.16125, 2.9979999, 0.194125, -1.4252501],
        [0.74125, -1.6624999, 0.3031875, 2.8230999, 0.3044187, -1.4339876],
        [0.6741874, -1.5193748, 0.2180281, 2.571945, 0.2491978, -1.1622882],
      ],
    ],
    'keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)': [
      { learningRate: 0.1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 },
      [
        [0.95, -1.9, 0.3, 2.99, 0.28, -1.5700001],
        [0.96, -1.92, 0.25, 3.1399999, 0.25, -1.5725],
        [0.87, -1.92, 0.4, 3.1149998, 0.37, -1.6525],
        [0.8775, -1.8899999, 0.3275, 3.0662498, 0.32, -1.5325],
      ],
    ],
    'keras.optimizers.SGD(0.1, loss_scale_factor=4.0)': [
      { learningRate: 0.1, lossScaleFactor: 4.0 },
      [
        [0.9875, -1.975, 0.45, 2.9974999, 0.2575, -1.5175],
        [0.9925, -1.985, 0.425, 3.0725, 0.2425, -1.5187501],
        [0.97, -1.985, 0.4625, 3.0662501, 0.2725, -1.5387501],
        [0.9625, -1.97, 0.445, 3.0387502, 0.2625, -1.4887501],
      ],
    ],
    'keras.optimizers.SGD(schedules.ExponentialDecay(0.1, 2, 0.5), gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)':
      [
        {
          learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
          gradientAccumulationSteps: 2,
          useEma: true,
          emaMomentum: 0.5,
          emaOverwriteFrequency: 2,
        },
        [
          [1.0, -2.0, 0.5, 3.0, 0.25, -1.5],
          [0.9893934, -1.9787868, 0.393934, 3.1025305, 0.2393934, -1.5265166],
          [0.9893934, -1.9787868, 0.393934, 3.1025305, 0.2393934, -1.5265166],
          [0.9787868, -1.9734836, 0.401005, 3.0905981, 0.2464645, -1.5159099],
        ],
      ],
  },
  refused: [
    [{ clipnorm: -1 }, /clipnorm/],
    [{ clipvalue: -1 }, /clipvalue/],
    [{ globalClipnorm: -1 }, /globalClipnorm/],
    [{ clipnorm: 1, clipvalue: 1 }, /only one/],
    [{ weightDecay: -1 }, /weightDecay/],
    [{ emaMomentum: 1.1 }, /emaMomentum/],
    [{ emaOverwriteFrequency: 0 }, /emaOverwriteFrequency/],
    [{ lossScaleFactor: 0 }, /lossScaleFactor/],
    [{ gradientAccumulationSteps: 1 }, /gradientAccumulationSteps/],
  ],
});

checkOptimizer(adam, {
  steps: {
    'keras.optimizers.Adam(0.1, gradient_accumulation_steps=2)': [
      { learningRate: 0.1, gradientAccumulationSteps: 2 },
      [
        [1.0, -2.0, 0.5, 3.0, 0.25, -1.5],
        [0.9000028, -1.9000018, 0.4000009, 3.0999992, 0.1500028, -1.5999985],
        [0.9000028, -1.9000018, 0.4000009, 3.0999992, 0.1500028, -1.5999985],
        [0.8115665, -1.8000035, 0.3544428, 3.1293221, 0.196165, -1.5723876],
      ],
    ],
  },
});

/** One step with the variables known. */
async function stepOf(optimizer: Optimizer, variables: readonly Weight[], gradients: readonly (readonly number[] | null)[]) {
  using computation = Computation.compile([], (_, graph) => {
    const hparams = Object.fromEntries(Object.entries(optimizer.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')]));
    const slots = optimizer.slots(
      graph,
      variables.map((v) => v.spec),
    );
    const weights = variables.map((v) => graph.constant(v.value));
    const given = gradients.map((g) => g && graph.constant([...g], 'float32'));
    return [...(optimizer.step(hparams, slots, weights, given, variables).weights as Output[])];
  });
  return ((await computation.run([])) as Tensor[]).map((t) => valuesOf([t]));
}
const weight = (name: string, values: readonly number[]): Weight =>
  new Weight({ name, shape: [values.length], initial: () => Float32Array.from(values) });

describe('with variables', () => {
  it('decays weights but for those excluded', async () => {
    const [kernel, bias, gamma] = [weight('kernel', [1]), weight('bias', [1]), weight('gamma', [1])] as const;
    const optimizer = sgd({ learningRate: 0.5, weightDecay: 0.5 });
    optimizer.excludeFromWeightDecay({ varList: [gamma], varNames: ['^bi', 'beta'] });
    expect(await stepOf(optimizer, [kernel, bias, gamma], [[0], [0], [0]])).toEqual([[0.75], [1], [1]]);
    expect(await stepOf(optimizer, [kernel, bias, gamma], [null, [0], [0]])).toEqual([[1], [1], [1]]);
  });
});

it('refuses names to exclude that are no expressions', () => {
  expect(() => sgd().excludeFromWeightDecay({ varNames: ['('] })).toThrow(/varNames/);
});

describe('a moving average', () => {
  it('begins as the first weights', async () => {
    const optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.75 });
    const process = optimizer.create([tensorSpec([1])]);
    let state = await process.initialize();
    let weights = [tensor([5]) as Tensor];
    ({ state, weights } = await process.next(state, weights, [tensor([1]) as Tensor]));
    expect((state.average as Tensor[])[0]?.data[0]).toBe(4);
    ({ state, weights } = await process.next(state, weights, [tensor([4]) as Tensor]));
    // 0.75 · 4 + 0.25 · 0
    expect((state.average as Tensor[])[0]?.data[0]).toBe(3);
    expect(weights[0]?.data[0]).toBe(0);
  });

  it('is what training ends with, if there was a step', async () => {
    const [averaging, plain] = [sgd({ useEma: true }), sgd()];
    using computation = Computation.compile([], (_, graph) => {
      const weights = [graph.constant(2, 'float32')];
      const slots = (step: number) => ({ average: [graph.constant(3, 'float32')], step: graph.constant(step, 'int32') });
      return [averaging.finalize(slots(0), weights), averaging.finalize(slots(1), weights), plain.finalize({}, weights)] as Tree<Output>;
    });
    expect(valuesOf(flatten(await computation.run([])))).toEqual([2, 3, 2]);
  });
});

describe('a loss scale', () => {
  it('multiplies the loss and divides the gradients', async () => {
    const scaled = sgd({ learningRate: 1, lossScaleFactor: 8 });
    using computation = Computation.compile([], (_, graph) => [
      scaled.scaleLoss(graph.constant(2, 'float32')),
      sgd().scaleLoss(graph.constant(3, 'float32')),
    ]);
    expect(valuesOf((await computation.run([])) as Tensor[])).toEqual([16, 3]);
    expect(await stepOf(scaled, [weight('w', [1])], [[4]])).toEqual([[0.5]]);
  });
});

describe('the learning rate', () => {
  it('is a hyper-parameter unless it is scheduled', async () => {
    expect(sgd({ learningRate: 0.25 }).hparams).toEqual({ learningRate: 0.25 });
    const schedule = schedules.piecewiseConstantDecay({ boundaries: [1], values: [1, 0.5] });
    const scheduled = sgd({ learningRate: schedule });
    expect(scheduled.hparams).toEqual({});
    const steps = await runOptimizer(scheduled, { weights: [{ shape: [1], data: [4] }], gradients: [[[1]], [[1]], [[1]], [[1]]] });
    expect(steps).toEqual([[3], [2], [1.5], [1]]);
  });

  it.each([['0.1'], [null], [[0.1]], [{ class_name: 1 }]])('refuses %o', (learningRate) => {
    expect(() => sgd({ learningRate } as never)).toThrow(TypeError);
  });
});

describe('clipping', () => {
  it('gives up all gradients where their norm is not finite', async () => {
    const step = await stepOf(sgd({ globalClipnorm: 1 }), [weight('a', [1]), weight('b', [1])], [[Number.POSITIVE_INFINITY], [1]]);
    expect(step.flat()).toEqual([Number.NaN, Number.NaN]);
  });

  it('leaves gradients of zero', async () => {
    for (const options of [{ clipnorm: 1 }, { globalClipnorm: 1 }])
      expect(await stepOf(sgd(options), [weight('a', [1])], [[0]])).toEqual([[1]]);
  });

  it('with a limit of 0 is none, as in Keras', async () => {
    for (const options of [{ clipnorm: 0 }, { clipvalue: 0 }, { globalClipnorm: 0 }]) {
      expectClose(
        (await runOptimizer(sgd({ learningRate: 0.1, ...options }), FIXTURE)).at(-1) as number[],
        [0.85, -1.88, 0.28, 3.155, 0.3, -1.455],
      );
    }
  });
});

it('has the name of its class, or its own', () => {
  expect(sgd().getConfig().name).toBe('sgd');
  expect(adam({ name: 'mine' }).getConfig().name).toBe('mine');
});
