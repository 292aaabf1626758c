// npm run bench:micro: the parts that every round is made of, one JSON line each, so that a regression is located. It asks the addon itself.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { algorithms, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';
import * as workload from './workloads/emnist_cnn.mjs';

// The first use opens libtensorflow; the package and this script share the addon.
await fromKerasModel(keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1 })]), {
  loss: keras.losses.meanSquaredError(),
  inputSpec: { x: tensorSpec([null, 1], 'float32'), y: tensorSpec([null, 1], 'float32') },
}).forwardPass({ x: tensor([[1]]), y: tensor([[1]]) });
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const addon = [`prebuilds/${process.platform}-${process.arch}`, 'build/Release']
  .map((at) => join(root, at, 'fedkeras.node'))
  .find(existsSync);
const native = createRequire(import.meta.url)(addon);

const FLOAT = 1;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
/** The median seconds of a call, of `samples` samples of `calls` calls each. */
async function seconds(samples, calls, fn) {
  const times = [];
  for (let sample = 0; sample <= samples; sample++) {
    const begin = performance.now();
    for (let call = 0; call < calls; call++) await fn();
    if (sample > 0) times.push((performance.now() - begin) / 1000 / calls);
  }
  return median(times);
}
/** The same for a function without a promise, which `await` would add to. */
function secondsSync(samples, calls, fn) {
  const times = [];
  for (let sample = 0; sample <= samples; sample++) {
    const begin = performance.now();
    for (let call = 0; call < calls; call++) fn();
    if (sample > 0) times.push((performance.now() - begin) / 1000 / calls);
  }
  return median(times);
}
const print = (micro, result) =>
  console.log(
    JSON.stringify({ micro, ...Object.fromEntries(Object.entries(result).map(([key, value]) => [key, Number(value.toPrecision(4))])) }),
  );

/** A session that gives back what it is fed. */
function echo() {
  const graph = native.graphNew();
  const { op } = native.graphAddOperation(graph, 'Placeholder', 'x', [], { dtype: FLOAT, shape: { shape: [] } }, [], '');
  const { op: out } = native.graphAddOperation(graph, 'Identity', 'y', [op * 65536], {}, [], '');
  return native.computationNew(graph, [op * 65536], [out * 65536], [], new Uint8Array(0));
}

{
  print('call of the addon', { us: 1e6 * secondsSync(9, 100_000, () => native.stats()) });
  const computation = echo();
  const one = native.tensorNew(FLOAT, [], Float32Array.of(1));
  print('run of a computation of one op', { us: 1e6 * (await seconds(9, 2000, () => native.computationRun(computation, [one]))) });
  const items = Array.from({ length: 64 }, () => [one]);
  const many = await seconds(9, 50, () => native.computationRunMany(computation, [], items, null, 0, 0, null, null));
  print('run of a computation of one op, 64 at a time', { us: (1e6 * many) / 64 });
}

const BYTES = 64 << 20;
const large = new Float32Array(BYTES / 4).fill(1);
const copied = new Float32Array(BYTES / 4);
const copy = secondsSync(9, 4, () => copied.set(large));
const perSecond = (bytes, time) => bytes / time / 1e9;
print('memcpy', { gb_per_s: perSecond(BYTES, copy) });
{
  const shape = [large.length];
  const into = secondsSync(9, 4, () => native.tensorDispose(native.tensorNew(FLOAT, shape, large)));
  print('tensor in, 64 MiB', { gb_per_s: perSecond(BYTES, into), of_memcpy: copy / into });
  const held = native.tensorNew(FLOAT, shape, large);
  const out = secondsSync(9, 4, () => native.tensorData(held));
  print('tensor out, 64 MiB', { gb_per_s: perSecond(BYTES, out), of_memcpy: copy / out });
  const small = new Float32Array(100);
  print('tensor in, 400 bytes', { us: 1e6 * secondsSync(9, 10_000, () => native.tensorDispose(native.tensorNew(FLOAT, [100], small))) });
  const sum = native.accumulatorNew(['sum']);
  let position = 0;
  native.accumulatorAdd(sum, position++, [held]);
  const added = secondsSync(9, 4, () => native.accumulatorAdd(sum, position++, [held]));
  print('aggregation of 64 MiB', { gb_per_s: perSecond(BYTES, added), of_memcpy: copy / added });
  native.accumulatorDispose(sum);
  native.tensorDispose(held);
}

{
  const graph = native.graphNew();
  const { op } = native.graphAddOperation(graph, 'Placeholder', 'x', [], { dtype: FLOAT, shape: { shape: [8] } }, [], '');
  let last = op;
  let names = 0;
  print('op added to a graph', {
    us:
      1e6 *
      secondsSync(5, 1000, () => {
        last = native.graphAddOperation(graph, 'Neg', `n${names++}`, [last * 65536], {}, [], '').op;
      }),
  });
  native.graphDispose(graph);
}
{
  const options = {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: workload.x(tensorSpec), y: workload.y(tensorSpec) },
  };
  const batch = { x: tensor(new Float32Array(784), [1, 28, 28, 1]), y: tensor(new Int32Array(1)) };
  const built = (pass) =>
    seconds(5, 1, async () => {
      const model = fromKerasModel(workload.model(keras), options);
      await model[pass](batch, { training: true });
      model.dispose();
    });
  const forward = await built('forwardPass');
  const backward = await built('backwardPass');
  print('graph of the CNN, built, compiled and run once', { ms: 1e3 * forward });
  print('its gradients besides', { ms: 1e3 * (backward - forward) });
  const whole = await seconds(3, 1, async () => {
    const learning = algorithms.buildWeightedFedAvg(fromKerasModel(workload.model(keras), options), {
      clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }),
    });
    await learning.initialize();
    learning.dispose();
  });
  print('a learning process of the CNN, made and initialized', { ms: 1e3 * whole });
}
