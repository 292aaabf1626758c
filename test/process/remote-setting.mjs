// What a server and its clients have in common, and clients' data; for the package as it is built, and as it is tested.

/** A process with dropout and an adaptive aggregator. */
export function learning({ aggregators, algorithms, fromKerasModel, keras, optimizers, tensorSpec }) {
  const layers = [keras.layers.dense({ units: 4, activation: 'relu', kernelInitializer: 'ones' }), keras.layers.dropout({ rate: 0.3 })];
  const model = fromKerasModel(
    keras.sequential([keras.input({ shape: [3] }), ...layers, keras.layers.dense({ units: 2, kernelInitializer: 'zeros' })]),
    {
      loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      inputSpec: { x: tensorSpec([null, 3]), y: tensorSpec([null], 'int32') },
    },
  );
  return algorithms.buildWeightedFedAvg(model, {
    clientOptimizer: optimizers.sgdm({ learningRate: 0.1, momentum: 0.9 }),
    modelAggregator: aggregators.clipping({
      clippingNorm: aggregators.quantileEstimation({ initialEstimate: 1, targetQuantile: 0.5, learningRate: 0.2 }),
      inner: aggregators.mean(),
    }),
    seed: 7,
  });
}

export const points = ({ data, tensor }, client) =>
  data.clientDataset(
    {
      x: tensor(
        Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * (client + 1))),
        [8, 3],
      ),
      y: tensor(Int32Array.from({ length: 8 }, (_, i) => (i + client) % 2)),
    },
    { batchSize: 3, epochs: 2, shuffle: true, seed: client },
  );
