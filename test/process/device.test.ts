/** Where computations run, as far as it can be seen on a machine without a GPU. Devices are set once per process, so that each has its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/native/platform.js';

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

describe('the device', () => {
  it.each(['auto', 'cpu'])('%s has a processor', (device) => expect(round(device)).toEqual({ loss: 9 }));

  it('gpu is refused where there is none', () => {
    const { code, message } = round('gpu');
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain('explicitly assigned to /device:GPU:0 but available devices are');
  });
});
