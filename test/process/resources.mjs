// Run by resources.test.ts as a process of its own: `node resources.mjs <what> [concurrency]`. It uses the built package.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { algorithms, configure, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../dist/index.js';

const threads = () => readdirSync('/proc/self/task').length;
const before = threads();
const [what, concurrency] = process.argv.slice(2);
if (concurrency !== undefined) configure({ concurrency: Number(concurrency) });

// A convolution and matrix products: what Eigen and oneDNN would bring threads of their own for.
const layers = [
  keras.input({ shape: [8, 8, 1] }),
  keras.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
  keras.layers.flatten(),
  // Four megabytes of weights.
  ...(what === 'garbage' ? [keras.layers.dense({ units: 3640 })] : []),
  keras.layers.dense({ units: 10 }),
];
const model = fromKerasModel(keras.sequential(layers), {
  loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  inputSpec: { x: tensorSpec([null, 8, 8, 1], 'float32'), y: tensorSpec([null], 'int32') },
});
const training = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.02 }) });
const client = (epochs) =>
  data.clientDataset({ x: tensor(new Float32Array(64 * 40), [40, 8, 8, 1]), y: tensor(new Int32Array(40)) }, { batchSize: 10, epochs });
let state = await training.initialize();
const round = async (clients, options) => {
  ({ state } = await training.next(state, clients, options));
};

const tasks = {
  // Threads in the first round and in later ones, beyond those that Node had begun with.
  threads: async () => {
    const counts = [];
    for (let i = 0; i < 5; i++) {
      let most = 0;
      await round(Array(20).fill(client(1)), { onProgress: () => (most = Math.max(most, threads())) });
      counts.push(most - before);
    }
    console.log(JSON.stringify(counts));
  },
  // Megabytes of libtensorflow's files in this process's memory after a round.
  pages: async () => {
    await round([client(1)]);
    let kilobytes = 0;
    for (const mapping of readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
      const of = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(mapping)[1]);
      if (/^.*libtensorflow/.test(mapping)) kilobytes += of('Rss') - of('Anonymous');
    }
    console.log(JSON.stringify(kilobytes / 1024));
  },
  // Megabytes by which memory grows while 600 of earlier states are let go of, and how often V8 goes through its heap meanwhile.
  garbage: async () => {
    // They are old when nobody holds them any more.
    const states = [];
    const next = async () => {
      await round(Array(2).fill(client(1)));
      if (states.push(state) > 8) states.shift();
    };
    for (let i = 0; i < 20; i++) await next();
    let collections = 0;
    const isMajor = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
    new PerformanceObserver((list) => (collections += list.getEntries().filter(isMajor).length)).observe({ entryTypes: ['gc'] });
    const first = process.memoryUsage.rss();
    let most = first;
    for (let i = 0; i < 150; i++) {
      await next();
      most = Math.max(most, process.memoryUsage.rss());
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    console.log(JSON.stringify([(most - first) / 2 ** 20, collections]));
  },
  // Requests that a server in this process answers while a round of one long client runs.
  server: async () => {
    const server = createServer((_, response) => response.end('here'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    const ask = () =>
      new Promise((resolve, reject) => {
        get({ port, host: '127.0.0.1', agent: false }, (response) => response.on('data', (text) => resolve(String(text)))).on(
          'error',
          reject,
        );
      });
    await round([client(1)]);
    let running = true;
    const end = round([client(2000)]).finally(() => (running = false));
    const answers = [];
    while (running) answers.push(await ask());
    await end;
    server.close();
    console.log(JSON.stringify([answers.length, [...new Set(answers)]]));
  },
};

await tasks[what]();
