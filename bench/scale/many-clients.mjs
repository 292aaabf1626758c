// npm run bench:scale -- many-clients: a round of 100,000 lazily made clients (mnist_mlp sizes) against rounds of 100: rate, and resident memory on the way.
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';
import { peakMegabytes, residentMegabytes } from '../proc.mjs';

const [MANY, FEW, EXAMPLES, BATCH] = [Number(process.argv[2] ?? 100_000), 100, 60, 10];
const federated = fromKerasModel(keras.sequential([keras.input({ shape: [784] }), keras.layers.dense({ units: 10 })]), {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: tensorSpec([null, 784], 'float32'), y: tensorSpec([null], 'int32') },
});
const learning = algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: 0.02 }) });

// Reading a client's data is not what is measured: each makes its tensors of one pool of values.
const pool = Float32Array.from({ length: EXAMPLES * 784 + 1024 }, (_, i) => ((i * 2654435761) % 1000) / 1000);
const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % 10);
const client = (c) => () =>
  data.clientDataset(
    { x: tensor(pool.subarray(c % 1024, (c % 1024) + EXAMPLES * 784), [EXAMPLES, 784]), y: tensor(labels) },
    { batchSize: BATCH },
  );

let state = await learning.initialize();
const rate = async (count, onProgress) => {
  const clients = Array.from({ length: count }, (_, c) => client(c));
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  ({ state } = await learning.next(state, clients, { onProgress }));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / ((performance.now() - begin) / 1000), cpuMicroseconds: (user + system) / count };
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
for (let round = 0; round < 20; round++) await rate(FEW);
const rounds = [];
for (let round = 0; round < 50; round++) rounds.push(await rate(FEW));
const few = median(rounds.map((r) => r.perSecond));

const resident = [];
const many = await rate(MANY, ({ clients, total }) => {
  while (clients >= ((resident.length + 1) * total) / 10) resident.push(Math.round(residentMegabytes()));
});
console.log(
  JSON.stringify({
    scale: 'many-clients',
    clients: MANY,
    clients_per_s: Math.round(many.perSecond),
    clients_per_s_of_100: Math.round(few),
    ratio: Number((many.perSecond / few).toFixed(3)),
    // What does not depend on who else uses the machine.
    cpu_us_a_client: Math.round(many.cpuMicroseconds),
    cpu_us_a_client_of_100: Math.round(rounds.reduce((sum, r) => sum + r.cpuMicroseconds, 0) / rounds.length),
    resident_mb: resident,
    peak_mb: Math.round(peakMegabytes()),
  }),
);
