/**
 * Keras's optimizers on clients and on the server, by Keras 3.15's numbers (TensorFlow, CPU). Clients: two epochs of `fit` in batches of two.
 * Server: four rounds with one client, whose update is one step of SGD(0.1) on all examples. ScheduleFreeAdamW with `momentum_old` as a copy
 * (`tf.identity`) and the optimizer built before `fit`: on TensorFlow Keras 3.15.1 reads it only after it has changed it, and `fit` drops what
 * it begins with.
 *
 *     X = np.array([[1, 2], [3, -1], [0, 1], [-2, 0.5], [1, 1]], 'float32'); Y = np.array([[1], [0], [2], [-1], [0.5]], 'float32')
 *     C = keras.initializers.Constant; limit = keras.constraints.MaxNorm(0.4)
 *     model = keras.Sequential([keras.Input((2,)), Dense(3, activation='tanh', kernel_initializer=C(0.25), kernel_constraint=limit),
 *                               Dense(1, kernel_initializer=C(-0.5))])
 *     config = keras.saving.serialize_keras_object(optimizer)
 *     model.compile(optimizer, 'mse'); model.fit(X, Y, batch_size=2, epochs=2, shuffle=False); client = model.get_weights()
 *
 *     for r in range(4):   # with a new model and optimizer
 *         with tf.GradientTape() as tape: loss = keras.losses.MeanSquaredError()(Y, model(X, training=True))
 *         w = [v.numpy() for v in model.trainable_variables]; g = tape.gradient(loss, [v.value for v in model.trainable_variables])
 *         after = [a - 0.1 * b for a, b in zip(w, g)]; after[0] = limit(after[0])
 *         # scale: loss_scale_factor, or the dynamic_scale of LossScaleOptimizer, or 1
 *         optimizer.apply_gradients(zip([(a - b) * scale for a, b in zip(w, after)], model.trainable_variables))
 *
 * `cases/multi-optimizer.py` adds the cases with a MultiOptimizer.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensorSpec } from '../../../src/index.js';
import { expectClose } from './check-optimizer.js';
import { x, y } from './examples.js';

const CASES = JSON.parse(readFileSync(new URL('./cases/fed-avg.json', import.meta.url), 'utf8')) as Record<
  string,
  { config: never; client: number[]; server: number[] }
>;

function model() {
  const constant = (value: number) => keras.initializers.constant({ value });
  const kernelConstraint = keras.constraints.maxNorm({ maxValue: 0.4 });
  const hidden = keras.layers.dense({ units: 3, activation: 'tanh', kernelInitializer: constant(0.25), kernelConstraint });
  const layers = [hidden, keras.layers.dense({ units: 1, kernelInitializer: constant(-0.5) })];
  return fromKerasModel(keras.sequential([keras.input({ shape: [2] }), ...layers]), {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
  });
}

async function train(options: algorithms.WeightedFedAvgOptions, rounds: number, client: data.ClientDataset): Promise<number[]> {
  using federated = model();
  const process = algorithms.buildWeightedFedAvg(federated, options);
  let state = await process.initialize();
  for (let r = 0; r < rounds; r++) ({ state } = await process.next(state, [client]));
  return process.getModelWeights(state).trainable.flatMap((t) => Array.from(t.data as Float32Array));
}

describe.each(Object.entries(CASES))('%s', (_, { config, client, server }) => {
  const optimizer = () => keras.optimizers.deserialize(config);

  it('trains on a client as in `fit`', async () => {
    const options = { clientOptimizer: optimizer(), serverOptimizer: optimizers.sgdm({ learningRate: 1 }) };
    expectClose(await train(options, 1, data.clientDataset({ x, y }, { batchSize: 2, epochs: 2 })), client, 2e-4, 2e-5);
  });

  it('steps on the server as `apply_gradients`', async () => {
    const options = { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), serverOptimizer: optimizer() };
    expectClose(await train(options, 4, data.clientDataset({ x, y }, { batchSize: 5 })), server, 2e-4, 2e-5);
  });
});

it('has a case for every optimizer and every schedule', () => {
  const used = new Set(JSON.stringify(CASES).match(/(?<="class_name": ?")\w+/g));
  const all = [...keras.optimizers.optimizerRegistry.classes(), ...keras.optimizers.schedules.scheduleRegistry.classes()];
  expect([...used].sort()).toEqual(['OptimizerMap', ...all.map((cls) => cls.className)].sort());
});
