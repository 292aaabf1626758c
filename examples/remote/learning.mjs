// What the server and its clients have in common: the model, and how it is trained.
import { algorithms, fromKerasModel, keras, optimizers, tensorSpec } from 'fedkeras';

const model = fromKerasModel(
  keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 8, activation: 'relu' }), keras.layers.dense({ units: 3 })]),
  {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null], 'int32') },
    metrics: [keras.metrics.sparseCategoricalAccuracy()],
  },
);

export const learning = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), seed: 1 });
