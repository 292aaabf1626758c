// npm run demo: trains a network on MNIST, divided between clients that do not share their images.
//
// 100 clients with unequal shares of the digits (Dirichlet 0.5), a convolutional network, FedAvg with 10 clients a round. Everything
// is saved after every round: Ctrl-C stops, and the next start goes on where this one was.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { algorithms, data, fromKerasModel, keras, optimizers, programs, tensor, tensorSpec } from 'fedkeras';
import { readMnist } from './mnist.mjs';
import { readOptions } from './options.mjs';
import { progress } from './progress.mjs';
import { writeReport } from './report.mjs';

const EVALUATE_EVERY = 5;
const BATCH = 20;

const options = (() => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
})();
const folder = join('runs', options.name);
if (options.fresh) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

// The data: bytes become floats in [0, 1], each client's in one tensor.
const train = readMnist('train');
const test = readMnist('t10k');
const PIXELS = 28 * 28;
function dataset({ pixels, labels }, examples, batchSize) {
  const x = new Float32Array(examples.length * PIXELS);
  examples.forEach((example, row) => {
    for (let i = 0; i < PIXELS; i++) x[row * PIXELS + i] = pixels[example * PIXELS + i] / 255;
  });
  const y = Int32Array.from(examples, (example) => labels[example]);
  return data.clientDataset(
    { x: tensor(x, [examples.length, 28, 28, 1]), y: tensor(y) },
    { batchSize, shuffle: batchSize === BATCH, seed: options.seed },
  );
}
const parts = data.partition.dirichlet({
  labels: train.labels,
  clients: options.clients,
  concentration: 0.5,
  seed: options.seed,
  minSize: 10,
});
const clients = parts.map((examples) => dataset(train, examples, BATCH));
// Ten pieces, so that every core has something to do.
const testClients = data.partition.iid({ examples: test.count, clients: 10, seed: 0 }).map((examples) => dataset(test, examples, 500));

// The model, and what is done with it.
keras.setRandomSeed(options.seed);
const model = keras.sequential([
  keras.input({ shape: [28, 28, 1] }),
  keras.layers.conv2d({ filters: 16, kernelSize: 5, padding: 'same', activation: 'relu' }),
  keras.layers.maxPooling2d({ poolSize: 2 }),
  keras.layers.conv2d({ filters: 32, kernelSize: 5, padding: 'same', activation: 'relu' }),
  keras.layers.maxPooling2d({ poolSize: 2 }),
  keras.layers.flatten(),
  keras.layers.dense({ units: 64, activation: 'relu' }),
  keras.layers.dense({ units: 10 }),
]);
const federated = fromKerasModel(model, {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: tensorSpec([null, 28, 28, 1], 'float32'), y: tensorSpec([null], 'int32') },
  metrics: [keras.metrics.sparseCategoricalAccuracy()],
});
const learning = algorithms.buildWeightedFedAvg(federated, {
  clientOptimizer: optimizers.sgdm({ learningRate: 0.05 }),
  seed: options.seed,
});
const evaluation = algorithms.buildFedEval(federated);
const evaluationStart = await evaluation.initialize();

// What is saved: the state, and which run it belongs to.
const states = programs.fileProgramStateManager({ rootDir: join(folder, 'state'), keepTotal: 2, keepFirst: false });
const metrics = programs.csvReleaseManager({ filePath: join(folder, 'metrics.csv') });
const settings = { clients: options.clients, cohort: options.cohort, seed: options.seed };
const saved = await states.loadLatest();
if (saved !== undefined && JSON.stringify(saved.state.settings) !== JSON.stringify(settings)) {
  console.error(
    `runs/${options.name} was begun with other settings (${JSON.stringify(saved.state.settings)}): give another --name, or --fresh to begin anew`,
  );
  process.exit(2);
}
let state = saved?.state.learning ?? (await learning.initialize());
let round = saved?.version ?? 0;
if (round >= options.rounds) console.log(`runs/${options.name} has its ${round} rounds already: --rounds for more, --fresh to begin anew`);
else if (round > 0) console.log(`going on after round ${round}`);

const controller = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C does not wait for anything.
  if (controller.signal.aborted) process.exit(130);
  controller.abort();
});

async function evaluate() {
  const begin = evaluation.setModelWeights(evaluationStart, learning.getModelWeights(state));
  const { metrics: result } = await evaluation.next(begin, testClients);
  return result.clientWork.eval.currentRoundMetrics;
}

/** The round's clients: any number of rounds draws the same ones again. */
const cohort = (r) =>
  data.partition.iid({ examples: options.clients, clients: 1, seed: options.seed * 1_000_003 + r })[0].slice(0, options.cohort);

const bar = progress({ round, rounds: options.rounds });
try {
  while (round < options.rounds) {
    const chosen = cohort(round);
    const began = performance.now();
    const out = await learning.next(
      state,
      chosen.map((c) => clients[c]),
      {
        signal: controller.signal,
        onProgress: ({ clients: done, total }) => bar.update({ part: done / total, rate: (1000 * done) / (performance.now() - began) }),
      },
    );
    const seconds = (performance.now() - began) / 1000;
    ({ state } = out);
    round += 1;
    const { loss, sparse_categorical_accuracy: accuracy, num_examples: examples } = out.metrics.clientWork.train;
    const row = { train: { loss, accuracy, examples }, seconds: Number(seconds.toFixed(3)) };
    if (round % EVALUATE_EVERY === 0 || round === options.rounds) {
      const { loss: testLoss, sparse_categorical_accuracy: testAccuracy } = await evaluate();
      row.test = { loss: testLoss, accuracy: testAccuracy };
    }
    await metrics.release(row, round);
    await states.save({ learning: state, settings }, round);
    bar.round({ round, loss, accuracy, rate: options.cohort / seconds, ...(row.test && { test: row.test.accuracy }) });
  }
  bar.end();
} catch (error) {
  bar.end();
  if (!controller.signal.aborted) throw error;
  console.log(`stopped after round ${round}, which is saved: the same command goes on from there`);
  process.exit(130);
}

federated.setWeights(learning.getModelWeights(state));
await model.save(join(folder, 'model.keras'));
const final = await evaluate();
const histogram = parts.map((examples) =>
  Array.from({ length: 10 }, (_, digit) => examples.filter((e) => train.labels[e] === digit).length),
);
const participation = parts.map(() => 0);
for (let r = 0; r < round; r++) for (const client of cohort(r)) participation[client] += 1;
await writeReport(join(folder, 'report.html'), {
  title: `FedAvg on MNIST: ${options.name}`,
  rows: await metrics.rows(),
  histogram,
  participation,
  settings: { ...settings, rounds: round, parameters: model.countParams() },
  final,
});
console.log(`runs/${options.name}: metrics.csv, model.keras, report.html`);
console.log(`test accuracy ${final.sparse_categorical_accuracy.toFixed(4)}`);
