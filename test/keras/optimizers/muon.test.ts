import { expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { Weight } from '../../../src/keras/engine/weight.js';
import { adamw } from '../../../src/keras/optimizers/adamw.js';
import { muon } from '../../../src/keras/optimizers/muon.js';
import type { Tensor } from '../../../src/tensor.js';
import { valuesOf } from '../../../src/testing/compare.js';
import { checkOptimizer, expectClose } from './check-optimizer.js';

checkOptimizer(muon, {
  steps: {
    'keras.optimizers.Muon(0.1)': [
      { learningRate: 0.1 },
      [
        [0.996939, -1.968073, 0.4805544, 2.9913864, 0.3498983, -1.5993989],
        [1.0186434, -1.952412, 0.4691656, 3.0064003, 0.3131485, -1.6708977],
        [0.9875992, -1.9465961, 0.4756328, 3.0347087, 0.3549886, -1.7550253],
        [0.9825053, -1.9200244, 0.4535687, 3.0207703, 0.3716069, -1.7356148],
      ],
    ],
    'keras.optimizers.Muon(0.1, adam_beta_1=0.8, adam_beta_2=0.9, adam_weight_decay=None, weight_decay=0.1, adam_lr_ratio=0.5, momentum=0.7, ns_steps=3, nesterov=False, rms_rate=None)':
      [
        {
          learningRate: 0.1,
          adamBeta1: 0.8,
          adamBeta2: 0.9,
          adamWeightDecay: null,
          weightDecay: 0.1,
          adamLrRatio: 0.5,
          momentum: 0.7,
          nsSteps: 3,
          nesterov: false,
          rmsRate: null,
        },
        [
          [0.9779392, -1.8780102, 0.4208009, 2.9468229, 0.3, -1.55],
          [1.020725, -1.8083138, 0.3663187, 2.9689782, 0.2792433, -1.5850717],
          [0.9162007, -1.7927279, 0.3670198, 3.0196009, 0.3019428, -1.6276945],
          [0.8763627, -1.7091001, 0.2982417, 2.9499948, 0.3096312, -1.6139854],
        ],
      ],
  },
  refused: [
    [{ momentum: 1.1 }, /momentum/],
    [{ adamBeta1: 1.1 }, /adamBeta1/],
    [{ nsSteps: -1 }, /nsSteps/],
    [{ excludeLayers: ['('] }, /regular expressions/],
  ],
});

it("takes Adam's step for embeddings and excluded layers", async () => {
  const variables = ['my_embedding/embeddings', 'head/kernel'].map((path) => {
    const variable = new Weight({ name: 'kernel', shape: [1, 2], initial: () => Float32Array.of(1, -2) });
    variable.path = path;
    return variable;
  });
  const optimizers = [muon({ learningRate: 0.1, excludeLayers: ['^head/'] }), adamw({ learningRate: 0.1 })] as const;
  using computation = Computation.compile([], (_, graph) => {
    const hparams = { learningRate: graph.constant(0.1, 'float32') };
    const weights = variables.map((v) => graph.constant(v.value));
    const gradients = weights.map(() => graph.constant([[0.5, 0.25]], 'float32'));
    return optimizers.map((optimizer) => {
      const slots = optimizer.slots(
        graph,
        variables.map((v) => v.spec),
      );
      return optimizer.step(hparams, slots, weights, gradients, variables).weights as Output[];
    });
  });
  const [steps, adams] = (await computation.run([])) as unknown as [Tensor[], Tensor[]];
  expectClose(valuesOf(steps), valuesOf(adams));
  // Adam's first step is about the learning rate in each element, after the decay.
  expectClose(valuesOf(adams), [0.8996, -2.0992, 0.8996, -2.0992]);
  expect(steps.length).toBe(2);
});
