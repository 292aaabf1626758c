// npm run bench:scale -- large-model: peak memory of a round of a model of 100 M parameters, in multiples of its weights.
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';
import { peakMegabytes, resetPeak, residentMegabytes } from '../proc.mjs';

const [WIDTH, HIDDEN, CLIENTS, EXAMPLES, BATCH] = [2048, 8192, 4, 16, 8];
const build = (width, hidden) => {
  const layers = [
    keras.input({ shape: [width] }),
    ...[hidden, hidden, width].map((units) => keras.layers.dense({ units, activation: 'relu' })),
  ];
  const federated = fromKerasModel(keras.sequential(layers), {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, width], 'float32'), y: tensorSpec([null, width], 'float32') },
  });
  const clients = Array.from({ length: CLIENTS }, (_, c) => {
    const values = Float32Array.from({ length: EXAMPLES * width }, (_, i) => ((i * 7 + c) % 11) / 11);
    return data.clientDataset({ x: tensor(values, [EXAMPLES, width]), y: tensor(values, [EXAMPLES, width]) }, { batchSize: BATCH });
  });
  return {
    federated,
    clients,
    learning: algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) }),
  };
};

// What the process takes before the model: Node, libtensorflow, its allocator.
const small = build(8, 8);
await small.learning.next(await small.learning.initialize(), small.clients);
small.learning.dispose();
globalThis.gc?.();
const before = residentMegabytes();

const { federated, clients, learning } = build(WIDTH, HIDDEN);
const parameters = federated.trainableVariables.reduce((n, v) => n + v.size, 0);
const weights = (parameters * 4) / 2 ** 20;
let state = await learning.initialize();
const rounds = [];
for (let round = 0; round < 3; round++) {
  resetPeak();
  const begin = performance.now();
  ({ state } = await learning.next(state, clients));
  const seconds = (performance.now() - begin) / 1000;
  const multiple = (megabytes) => Number(((megabytes - before) / weights).toFixed(2));
  rounds.push({
    seconds: Number(seconds.toFixed(2)),
    peak_weights: multiple(peakMegabytes()),
    after_weights: multiple(residentMegabytes()),
  });
}
console.log(JSON.stringify({ scale: 'large-model', parameters, weights_mb: Math.round(weights), before_mb: Math.round(before), rounds }));
