// npm run bench:scale -- event-loop: how late the event loop is while clients train, and how long a web server in the process takes to answer.
import { createServer, get } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';
import { model } from '../workloads/emnist_cnn.mjs';

const [ROUNDS, CLIENTS, EXAMPLES] = [10, 10, 100];
const federated = fromKerasModel(model(keras), {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: tensorSpec([null, 28, 28, 1], 'float32'), y: tensorSpec([null], 'int32') },
});
const learning = algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }) });
// Making a client's data is not what is measured, and takes the event loop's time: each takes its part of one pool of values.
const pool = Float32Array.from({ length: EXAMPLES * 784 + CLIENTS }, (_, i) => ((i * 7) % 11) / 11);
const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % 62);
const clients = Array.from({ length: CLIENTS }, (_, c) => () => {
  const x = tensor(pool.subarray(c, c + EXAMPLES * 784), [EXAMPLES, 28, 28, 1]);
  return data.clientDataset({ x, y: tensor(labels) }, { batchSize: 20 });
});

const server = createServer((_, response) => response.end('here'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();
const ask = () =>
  new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });

let { state } = await learning.next(await learning.initialize(), clients);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let running = true;
const training = (async () => {
  for (let round = 0; round < ROUNDS; round++) ({ state } = await learning.next(state, clients));
})().finally(() => {
  running = false;
});
const waits = [];
while (running) {
  const begin = performance.now();
  await ask();
  waits.push(performance.now() - begin);
}
await training;
delay.disable();
server.close();
waits.sort((a, b) => a - b);
const round = (milliseconds) => Number(milliseconds.toFixed(2));
console.log(
  JSON.stringify({
    scale: 'event-loop',
    delay_p50_ms: round(delay.percentile(50) / 1e6),
    delay_p99_ms: round(delay.percentile(99) / 1e6),
    delay_max_ms: round(delay.max / 1e6),
    answers: waits.length,
    answer_p50_ms: round(waits[waits.length >> 1]),
    answer_p99_ms: round(waits[Math.floor(waits.length * 0.99)]),
  }),
);
