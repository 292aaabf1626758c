// The README's program: three clients, five rounds.
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';

const model = keras.sequential([
  keras.input({ shape: [4] }),
  keras.layers.dense({ units: 8, activation: 'relu' }),
  keras.layers.dense({ units: 3 }),
]);
const federated = fromKerasModel(model, {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: tensorSpec([null, 4], 'float32'), y: tensorSpec([null], 'int32') },
  metrics: [keras.metrics.sparseCategoricalAccuracy()],
});
const clients = [0, 1, 2].map((c) =>
  data.clientDataset(
    {
      x: tensor(
        Float32Array.from({ length: 40 }, (_, i) => Math.sin(i + c)),
        [10, 4],
      ),
      y: tensor(Int32Array.from({ length: 10 }, (_, i) => (i + c) % 3)),
    },
    { batchSize: 5 },
  ),
);
const learning = algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), seed: 1 });
let state = await learning.initialize();
for (let round = 0; round < 5; round++) {
  const out = await learning.next(state, clients);
  state = out.state;
  console.log(round, out.metrics.clientWork.train);
}
federated.setWeights(learning.getModelWeights(state));
await model.save(process.argv[2] ?? 'trained.keras');
