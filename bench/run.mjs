// npm run bench -- <workload> <rounds> --data DIR [--device auto|cpu|gpu] [--concurrency N] [--policy mixed_bfloat16]
//
// Our side of the peers' workloads: two warm-up rounds, then the given ones; all clients take part in every round, batches in file order.
// The last line printed is JSON as the peers print it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { algorithms, configure, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';
import { readNpy } from './npy.mjs';

const WARM_UP = 2;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, device: { type: 'string' }, concurrency: { type: 'string' }, policy: { type: 'string' } },
});
const [name, roundsText] = positionals;
const rounds = Number(roundsText);
if (name === undefined || !Number.isSafeInteger(rounds) || rounds < 1 || values.data === undefined) {
  console.error(
    'usage: npm run bench -- <emnist_cnn|mnist_mlp|shakespeare_lstm|transformer> <rounds> --data DIR [--device auto|cpu|gpu] [--concurrency N] [--policy NAME]   (DIR/<workload>/{x,y,w0…}.npy and meta.json)',
  );
  process.exit(2);
}

configure({
  ...(values.device !== undefined && { device: values.device }),
  ...(values.concurrency !== undefined && { concurrency: Number(values.concurrency) }),
});
if (values.policy !== undefined) keras.setDTypePolicy(values.policy);

const folder = join(values.data, name);
const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
const workload = await import(`./workloads/${name}.mjs`);
const started = performance.now();

const xs = readNpy(join(folder, 'x.npy'));
const ys = readNpy(join(folder, 'y.npy'));
const initial = meta.shapes.map((_, i) => readNpy(join(folder, `w${i}.npy`)));
const part = ({ dtype, shape, data: all }, client) => {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  return tensor(all.slice(client * size, (client + 1) * size), shape.slice(1), dtype);
};
const clients = Array.from({ length: meta.clients }, (_, c) =>
  data.clientDataset({ x: part(xs, c), y: part(ys, c) }, { batchSize: meta.batch, epochs: meta.epochs }),
);

const federated = fromKerasModel(workload.model(keras), {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: workload.x(tensorSpec), y: workload.y(tensorSpec) },
});
federated.setWeights({ trainable: initial.map((w) => tensor(w.data, w.shape, w.dtype)), nonTrainable: [] });
const learning = algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: meta.lr }) });

let state = await learning.initialize();
let loss = Number.NaN;
const times = [];
for (let round = 0; round < WARM_UP + rounds; round++) {
  const begin = performance.now();
  const out = await learning.next(state, clients);
  state = out.state;
  loss = out.metrics.clientWork.train.loss;
  times.push((performance.now() - begin) / 1000);
}

const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
const middle = Math.floor(sorted.length / 2);
const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
const final = learning.getModelWeights(state).trainable;
const squares = final.map((w, i) => w.data.reduce((sum, v, k) => sum + (v - initial[i].data[k]) ** 2, 0));
const round = (value, digits) => Number(value.toFixed(digits));
console.log(
  JSON.stringify({
    peer: 'fedkeras',
    workload: name,
    rounds,
    median_s: round(median, 5),
    min_s: round(sorted[0], 5),
    max_s: round(sorted.at(-1), 5),
    clients_per_s: round(meta.clients / median, 2),
    examples_per_s: round((meta.clients * meta.examples) / median, 1),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    first_round_s: round(times[0], 3),
    total_s: round((performance.now() - started) / 1000, 2),
    final_loss: round(loss, 6),
    delta_l2: round(Math.sqrt(squares.reduce((a, b) => a + b, 0)), 6),
  }),
);
