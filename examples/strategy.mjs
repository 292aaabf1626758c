// A training in one object: 4 of 20 clients train in each round, 8 evaluate, and so does the server. Every round is saved: stop the program
// when you like, and start it again.
//
//   node examples/strategy.mjs [number of rounds]
import { join } from 'node:path';
import { algorithms, data, fromKerasModel, keras, optimizers, programs, tensor, tensorSpec } from 'fedkeras';

const CLASSES = 3;
/** Points around three corners of a triangle. Clients have more of one than of the others. */
function points(number, favourite) {
  const x = [];
  const y = [];
  for (let i = 0; i < 30; i++) {
    const label = i % 2 === 0 ? favourite : i % CLASSES;
    const angle = (2 * Math.PI * label) / CLASSES;
    const spread = 0.6 * Math.sin(1000 * number + 7 * i);
    x.push([Math.cos(angle) + spread, Math.sin(angle) - spread]);
    y.push(label);
  }
  return data.clientDataset({ x: tensor(x), y: tensor(Int32Array.from(y)) }, { batchSize: 10, shuffle: true });
}
const clients = data.clientData({
  ids: Array.from({ length: 20 }, (_, i) => `client ${i}`),
  // A real one reads a file or a table: it is called when the client's turn comes.
  dataset: (id) => {
    const number = Number(id.split(' ')[1]);
    return points(number, number % CLASSES);
  },
});
const held = points(99, 0);

keras.setRandomSeed(1);
const model = keras.sequential([
  keras.input({ shape: [2] }),
  keras.layers.dense({ units: 16, activation: 'relu' }),
  keras.layers.dense({ units: CLASSES }),
]);
const federated = fromKerasModel(model, {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null], 'int32') },
  metrics: [keras.metrics.sparseCategoricalAccuracy()],
});

/** The part of the server's points that the model gets right. */
async function accuracy(weights) {
  federated.setWeights(weights);
  const logits = (await federated.predictOnBatch(held.x)).data;
  const right = held.y.data.filter((label, row) => {
    const own = logits.slice(row * CLASSES, (row + 1) * CLASSES);
    return own.indexOf(Math.max(...own)) === label;
  });
  return right.length / held.size;
}

const training = programs.strategy(
  algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), seed: 1 }),
  { fractionTrain: 0.2, fractionEvaluate: 0.4, evaluation: algorithms.buildFedEval(federated), evaluate: accuracy, seed: 1 },
);
const states = programs.fileProgramStateManager({ rootDir: join('runs', 'strategy', 'state') });
const saved = await states.loadLatest();
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

try {
  const rounds = Number(process.argv[2] ?? 10);
  const options = { rounds, initialState: saved?.state, signal: stop.signal };
  for await (const { round, state, evaluation, central } of training.rounds(clients, options)) {
    await states.save(state, round);
    // Clients evaluate from the first round on, the server also before it.
    const loss = evaluation?.metrics.clientWork.eval.currentRoundMetrics.loss.toFixed(4) ?? '…';
    console.log(`round ${round}  loss ${loss}  accuracy ${central.toFixed(4)}`);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
  console.log('stopped: the same command goes on from the last round');
}
