import { describe, expect, it } from 'vitest';
import { lossScaleOptimizer, sgd } from '../../../src/keras/optimizers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { checkOptimizer } from './check-optimizer.js';

const make = (options: object) => lossScaleOptimizer({ innerOptimizer: sgd(options), initialScale: 4, dynamicGrowthSteps: 2 }) as never;

checkOptimizer(make, {
  steps: {
    'keras.optimizers.LossScaleOptimizer(SGD(0.1, momentum=0.9), initial_scale=4, dynamic_growth_steps=2)': [
      { learningRate: 0.1, momentum: 0.9 },
      [
        [0.9875, -1.975, 0.45, 2.9975, 0.2575, -1.5175],
        [0.98125, -1.9625, 0.38, 3.07025, 0.24925, -1.5345],
        [0.964375, -1.95125, 0.33575, 3.1326, 0.256825, -1.5598],
        [0.9454376, -1.933625, 0.287175, 3.174965, 0.2586425, -1.55757],
      ],
    ],
  },
});

describe('the scale', () => {
  const optimizer = lossScaleOptimizer({ innerOptimizer: sgd({ learningRate: 1, momentum: 0.5 }), initialScale: 8, dynamicGrowthSteps: 2 });

  it('is halved by gradients that are not finite, which change nothing else, and doubled after enough that are', async () => {
    using process = optimizer.create([tensorSpec([2])]);
    let state = await process.initialize();
    let weights: readonly Tensor[] = [tensor([1, 2])];
    const step = async (...values: number[]): Promise<number[]> => {
      ({ state, weights } = await process.next(state, weights, [tensor(values)]));
      return [
        ...(weights[0] as Tensor<'float32'>).data,
        Number((state.dynamicScale as Tensor).data[0]),
        Number((state.stepCounter as Tensor).data[0]),
      ];
    };
    expect(await step(8, 8)).toEqual([0, 1, 8, 1]);
    expect(await step(Number.NaN, 8)).toEqual([0, 1, 4, 0]);
    expect(await step(0, Number.POSITIVE_INFINITY)).toEqual([0, 1, 2, 0]);
    // The momentum of the first step, and the gradient over the scale of now.
    expect(await step(2, 0)).toEqual([-1.5, 0.5, 2, 1]);
    expect(await step(0, 0)).toEqual([-2.25, 0.25, 4, 0]);
  });

  it('refuses what is no optimizer, and options that belong to the inner one', () => {
    expect(() => lossScaleOptimizer({ innerOptimizer: 3 as never })).toThrow(/innerOptimizer of LossScaleOptimizer/);
    expect(() => lossScaleOptimizer({ innerOptimizer: 'sgd', initialScale: 0 })).toThrow(/initialScale/);
    expect(() => lossScaleOptimizer({ innerOptimizer: 'sgd', clipnorm: 1 } as never)).toThrow(/clipnorm/);
    expect(lossScaleOptimizer({ innerOptimizer: 'adam' }).hparams).toEqual({ learningRate: 0.001 });
  });
});
