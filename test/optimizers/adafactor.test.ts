import { describe, expect, it } from 'vitest';
import { adafactor } from '../../src/optimizers/adafactor.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';

// The options of TFF's comparison with Keras, with Keras 3.15.1's numbers: keras.optimizers.Adafactor(<options>) on FIXTURE.
checkOptimizer(adafactor, {
  steps: {
    defaults: [
      { learningRate: 0.1 },
      [
        [0.9210671, -1.6761663, 0.3237208, 2.9819198, 0.3575291, -1.607529],
        [1.0021976, -1.7816781, 0.2041855, 3.2151062, 0.2163955, -1.6202343],
        [0.6973827, -1.7816781, 0.3904377, 3.1873686, 0.3366443, -1.7309595],
        [0.5878841, -1.5960996, 0.2907844, 3.0546672, 0.280012, -1.5639617],
      ],
    ],
    'other moments': [
      { learningRate: 0.001, beta2Decay: -0.6, epsilon1: 1e-10, epsilon2: 1e-2, clipThreshold: 0.5 },
      [
        [0.9996054, -1.9983808, 0.4991186, 2.9999096, 0.2505376, -1.5005376],
        [1.0002227, -1.9990941, 0.498302, 3.0013251, 0.2497811, -1.5006171],
        [0.9986205, -1.9990941, 0.4992886, 3.0011744, 0.2503269, -1.5011469],
        [0.9978664, -1.9978259, 0.4985784, 3.0002358, 0.2500601, -1.5004343],
      ],
    ],
    'without relative steps': [
      { learningRate: 0.001, beta2Decay: -0.6, epsilon1: 1e-10, epsilon2: 1e-2, clipThreshold: 0.5, relativeStep: false },
      [
        [0.9996054, -1.9983808, 0.4991186, 2.9999096, 0.2505376, -1.5005376],
        [1.0002227, -1.9990941, 0.498302, 3.0013251, 0.2497811, -1.5006171],
        [0.9986205, -1.9990941, 0.4992886, 3.0011744, 0.2503269, -1.5011469],
        [0.9978664, -1.9978259, 0.4985784, 3.0002358, 0.2500601, -1.5004343],
      ],
    ],
    'a rate above the relative step': [
      { learningRate: 10 },
      [
        [0.2106704, 1.2383378, -1.2627923, 2.8191972, 1.3252907, -2.5752907],
        [0.7484524, 0.5389428, -2.0551434, 4.3648968, -0.4298624, -2.7332947],
        [-1.5171406, 0.5389428, -0.6707895, 4.1587315, 0.7452917, -3.8153789],
        [-2.1776624, 1.6583965, -1.2719222, 3.3582449, 0.1210472, -1.974601],
      ],
    ],
  },
  refused: [
    [{ epsilon1: -1 }, /epsilon1/],
    [{ epsilon2: -1 }, /epsilon2/],
    [{ clipThreshold: 0 }, /clipThreshold/],
  ],
});

describe("TFF's own case", () => {
  it('descends the sum of squares, with moments by rows and columns', async () => {
    const process = adafactor({ learningRate: 0.003 }).create([tensorSpec([1, 3])]);
    let state = await process.initialize();
    expect(Object.fromEntries(['r', 'c', 'v'].map((name) => [name, (state[name] as Tensor[])[0]?.shape]))).toEqual({
      r: [1],
      c: [3],
      v: [1, 3],
    });
    let weights: Tensor[] = [tensor([[1, 2, 3]]) as Tensor];
    const values: number[] = [];
    for (let i = 0; i < 5; i++) {
      const w = Array.from(weights[0]?.data as Float32Array);
      ({ state, weights } = await process.next(state, weights, [tensor([w.map((v) => 2 * v)]) as Tensor]));
      values.push(Array.from(weights[0]?.data as Float32Array).reduce((sum, v) => sum + v * v, 0));
    }
    expectClose(values, [13.92, 13.84, 13.76, 13.7, 13.61], 0, 0.01);
  });

  it('keeps one moment for vectors and scalars', async () => {
    const state = await adafactor({ learningRate: 0.1 })
      .create([tensorSpec([4]), tensorSpec([])])
      .initialize();
    expect((state.r as Tensor[]).map((t) => t.shape)).toEqual([[0], [0]]);
    expect((state.c as Tensor[]).map((t) => t.shape)).toEqual([[0], [0]]);
    expect((state.v as Tensor[]).map((t) => t.shape)).toEqual([[4], []]);
  });

  it('keeps its moments when hyper-parameters are set', async () => {
    const process = adafactor({ learningRate: 0.1 }).create([tensorSpec([2])]);
    const weights = [tensor([1, 2]) as Tensor];
    const { state } = await process.next(await process.initialize(), weights, weights);
    const changed = process.setHparams(state, { learningRate: 0 });
    expect(changed.v).toBe(state.v);
    expect((await process.next(changed, weights, weights)).weights[0]?.data).toEqual(weights[0]?.data);
  });
});
