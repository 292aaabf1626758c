/** Where computations run, as far as it can be seen on a machine without a GPU. Devices are set once per process, so that each has its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/native/platform.js';
import { addonFile } from '../native/addon-file.js';

/** Runs a round of one client on a device; its metrics, or the error. */
function round(device: string): { readonly loss?: number; readonly code?: string; readonly message?: string } {
  const program = `
    import { algorithms, configure, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from ${JSON.stringify(join(packageRoot(), 'dist/index.js'))};
    configure({ device: '${device}' });
    const layers = [keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })];
    const model = fromKerasModel(keras.sequential(layers), { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } });
    const training = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }) });
    const client = data.clientDataset({ x: tensor([[1, 2]]), y: tensor([[3]]) });
    try {
      const { metrics } = await training.next(await training.initialize(), [client]);
      console.log(JSON.stringify({ loss: metrics.clientWork.train.loss }));
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }));
    }`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** The loss of two clients' training, and which ops of our own its graphs hold, where sessions have devices of the given types. */
function training(types: readonly string[]): { readonly loss: number; readonly own: readonly string[] } {
  const program = `
    import { createRequire } from 'node:module';
    import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from ${JSON.stringify(join(packageRoot(), 'dist/index.js'))};
    const addon = createRequire(import.meta.url)(${JSON.stringify(addonFile)});
    const { graphAddOperation } = addon;
    const own = new Set();
    addon.deviceTypes = () => ${JSON.stringify(types)};
    addon.graphAddOperation = (graph, type, ...rest) => {
      if (type.startsWith('Fedkeras')) own.add(type);
      return graphAddOperation(graph, type, ...rest);
    };
    const { conv2d, dense, gru, lstm, maxPooling2d, multiHeadAttention, reshape } = keras.layers;
    keras.setRandomSeed(1);
    const image = keras.input({ shape: [8, 8, 1] });
    const pooled = maxPooling2d().apply(conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(image));
    const steps = lstm({ units: 4, returnSequences: true }).apply(reshape({ targetShape: [16, 16] }).apply(pooled));
    const attended = multiHeadAttention({ numHeads: 2, keyDim: 2 }).apply(steps, { value: steps });
    const outputs = dense({ units: 3 }).apply(gru({ units: 4 }).apply(attended));
    const model = fromKerasModel(keras.model({ inputs: image, outputs }), {
      loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      inputSpec: { x: tensorSpec([null, 8, 8, 1]), y: tensorSpec([null], 'int32') },
    });
    const training = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.5 }) });
    const clients = [0, 1].map((client) =>
      data.clientDataset(
        { x: tensor(Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i + client)), [5, 8, 8, 1]), y: tensor(Int32Array.of(0, 1, 2, 1, 0), [5]) },
        { batchSize: 2, epochs: 2 },
      ),
    );
    let state = await training.initialize();
    let loss;
    for (let round = 0; round < 3; round++) {
      const output = await training.next(state, clients);
      state = output.state;
      loss = output.metrics.clientWork.train.loss;
    }
    console.log(JSON.stringify({ loss, own: [...own].sort() }));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('the device', () => {
  it.each(['auto', 'cpu'])('%s has a processor', (device) => expect(round(device)).toEqual({ loss: 9 }));

  it('gpu is refused where there is none', () => {
    const { code, message } = round('gpu');
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain('explicitly assigned to /device:GPU:0 but available devices are');
  });

  it('with a GPU, graphs hold no ops of our own, which would run beside it, and give the same numbers', () => {
    const onProcessor = training(['CPU']);
    const onGpu = training(['CPU', 'GPU']);
    expect(onProcessor.own.length).toBeGreaterThan(10);
    expect(onGpu.own).toEqual([]);
    expect(onProcessor.loss).toBeLessThan(1.2);
    expect(onGpu.loss).toBeCloseTo(onProcessor.loss, 5);
  });
});
