// Run by rounds.test.ts as a process, or a worker, of its own: `node round.mjs <what>`. It uses the built package.
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../dist/index.js';

const model = fromKerasModel(
  keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]),
  { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } },
);
const training = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
const client = (epochs) =>
  data.clientDataset(
    {
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      y: tensor([[1], [2]]),
    },
    { batchSize: 2, epochs },
  );
// A million steps take seconds, and many such clients longer than any test.
const endless = () => Array.from({ length: 1000 }, () => client(2 ** 20));
const short = (n) => Array.from({ length: n }, () => client(20));

const state = await training.initialize();
const weights = (s) => training.getModelWeights(s).trainable.flatMap((t) => Array.from(t.data));
const round = async (clients, options) => weights((await training.next(state, clients, options)).state);
/** Begins a round that does not end, and says so when its clients run. */
const begin = () => {
  const running = training.next(state, endless());
  setTimeout(() => (parentPort ?? { postMessage: console.log }).postMessage('begun'), 50);
  return running;
};
const worker = (task) => new Worker(new URL(import.meta.url), { workerData: task });
const ended = (w) =>
  new Promise((resolve) => {
    const messages = [];
    w.on('message', (m) => messages.push(m));
    w.on('exit', (code) => resolve({ code, messages }));
  });

const tasks = {
  quiet: () => round(short(3)),
  result: async () => console.log(JSON.stringify(await round([client(1)]))),
  // Models, processes, states, data sets and an unfinished second round: nothing is disposed.
  leftOpen: async () => {
    await model.forwardPass({ x: tensor([[1, 2]]), y: tensor([[1]]) });
    await round(short(100));
    training.next(state, short(100));
    console.log('done');
  },
  exit: () => {
    begin();
    setTimeout(() => process.exit(7), 100);
  },
  uncaught: () => {
    begin();
    setTimeout(() => {
      throw new Error('on purpose');
    }, 100);
  },
  unhandled: () => {
    training.next(state, [
      ...short(3),
      () => {
        throw new Error('this client has no data');
      },
    ]);
  },
  signal: begin,
  // What a program does that is asked to end: the round is given up, and the state before it is as good as ever.
  abort: async () => {
    const controller = new AbortController();
    process.once('SIGINT', () => controller.abort(new Error('asked to end')));
    const many = Array(1_000_000).fill(client(20));
    const running = training.next(state, many, {
      signal: controller.signal,
      onProgress: ({ clients }) => clients < 10 && console.log('begun'),
    });
    await running.catch((error) => console.log(error.message));
    console.log(JSON.stringify(await round([client(1)])));
  },
  ticks: async () => {
    let pending = true;
    let ticks = 0;
    const tick = () => {
      ticks += 1;
      if (pending) setImmediate(tick);
    };
    setImmediate(tick);
    await round([client(20_000)]);
    pending = false;
    console.log(ticks);
  },
  workers: async () => {
    const all = await Promise.all([...Array.from({ length: 3 }, () => ended(worker('report'))), round([client(1)])]);
    console.log(JSON.stringify(all));
  },
  report: async () => parentPort.postMessage(await round([client(1)])),
  terminate: async () => {
    const busy = worker('signal');
    const end = ended(busy);
    await new Promise((resolve) => busy.once('message', resolve));
    await busy.terminate();
    console.log(JSON.stringify([await end, await round([client(1)])]));
  },
};

await tasks[workerData ?? process.argv[2]]();
