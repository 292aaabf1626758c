import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keras } from '../../../../src/index.js';
import { fixture } from '../fixtures.js';
import { weightsOf } from '../models.js';

const { input, layers, model, sequential } = keras;
type Built = keras.Model;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-tfjs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function written(m: unknown) {
  await (m as Built).save(join(folder, 'model.json'));
  return JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
}

describe("tfjs's files", () => {
  it("are in tfjs's form: old names, histories, activations, and paths of weights", async () => {
    const x = input({ shape: [3, 2], name: 'x' });
    const inner = sequential([input({ shape: [4] }), layers.dense({ units: 4, name: 'own', activation: 'silu' })], { name: 'inner' });
    const y = layers
      .bidirectional({ layer: layers.lstm({ units: 2, name: 'lstm', recurrentActivation: 'hard_sigmoid_keras2' }), name: 'both' })
      .apply(x);
    const z = inner.apply(layers.leakyReLU({ negativeSlope: 0.3, name: 'leaky', trainable: false }).apply(inner.apply(y)));
    const json = await written(model({ inputs: { x }, outputs: [z, y], name: 'all' }));
    expect(json).toMatchObject({ format: 'layers-model', modelTopology: { class_name: 'Model', config: { name: 'all' } } });
    const { config } = json.modelTopology;
    const byName = Object.fromEntries(config.layers.map((l: { name: string }) => [l.name, l]));
    expect(byName.x).toEqual({
      name: 'x',
      class_name: 'InputLayer',
      config: { batch_input_shape: [null, 3, 2], dtype: 'float32', sparse: false, ragged: false, name: 'x' },
      inbound_nodes: [],
    });
    expect(byName.both.config.layer.config).toMatchObject({ name: 'lstm', recurrent_activation: 'hard_sigmoid', activation: 'tanh' });
    expect(byName.both.config.backward_layer).toBeUndefined();
    expect(byName.leaky.config).toMatchObject({ alpha: 0.3, trainable: false });
    expect(byName.inner.config.layers[1]).toMatchObject({ class_name: 'Dense', config: { activation: 'swish' } });
    // Models in the model count a node of their own in tfjs.
    expect([byName.inner.inbound_nodes, byName.leaky.inbound_nodes]).toEqual([
      [[['both', 0, 0, {}]], [['leaky', 0, 0, {}]]],
      [[['inner', 1, 0, {}]]],
    ]);
    expect([config.input_layers, config.output_layers]).toEqual([
      [['x', 0, 0]],
      [
        ['inner', 2, 0],
        ['both', 0, 0],
      ],
    ]);
    // As tfjs looks for them, which leaves out the names of cells and of models.
    const [{ weights }] = json.weightsManifest;
    expect(weights.map((w: { name: string }) => w.name.replace(/\/(lstm_cell\w*|cell)\//, '/'))).toEqual([
      ...['forward', 'backward'].flatMap((d) => ['kernel', 'recurrent_kernel', 'bias'].map((w) => `both/${d}_lstm/${w}`)),
      'own/kernel',
      'own/bias',
    ]);
  });

  it('are of 4 MiB at most, with the weights one after another', async () => {
    const big = sequential([input({ shape: [1100] }), layers.dense({ units: 1000, name: 'big' })]) as unknown as Built;
    const json = await written(big);
    expect(json.weightsManifest[0].paths).toEqual(['group1-shard1of2.bin', 'group1-shard2of2.bin']);
    const [first, second] = json.weightsManifest[0].paths.map((name: string) => readFileSync(join(folder, name)));
    expect([first.length, second.length]).toEqual([4 * 2 ** 20, 4 * (1100 * 1000 + 1000) - 4 * 2 ** 20]);
    const kernel = big.weights[0]?.value.data as Float32Array;
    expect([first.readFloatLE(0), second.readFloatLE(0)]).toEqual([kernel[0], kernel[2 ** 20]]);
    expect(weightsOf(await keras.loadModel(join(folder, 'model.json')))).toEqual(weightsOf(big));
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a layer',
      () => layers.groupNormalization({ groups: 1, name: 'own' }),
      /^layer `own` cannot be written for tfjs: it is a GroupNormalization, which tfjs does not have$/,
    ],
    ['an option', () => layers.gru({ units: 2, name: 'own' }), /it has the option resetAfter true, which tfjs does not have$/],
    ['groups', () => layers.conv1d({ filters: 2, kernelSize: 1, groups: 2, name: 'own' }), /it has the option groups 2,/],
    ['padding', () => layers.conv1d({ filters: 2, kernelSize: 2, padding: 'causal' }), /it has causal padding/],
    [
      'an activation',
      () => layers.dense({ units: 2, activation: 'hard_sigmoid' }),
      /the activation "hard_sigmoid", which tfjs does not have or computes otherwise$/,
    ],
    [
      'a penalty',
      () => layers.dense({ units: 2, kernelRegularizer: keras.regularizers.orthogonalRegularizer() }),
      /it has the kernelRegularizer OrthogonalRegularizer,/,
    ],
    [
      'a penalty on the output',
      () => layers.dense({ units: 2, activityRegularizer: keras.regularizers.l2() }),
      /it has the activityRegularizer L2,/,
    ],
    ['a type', () => layers.dense({ units: 2, dtype: 'float64' }), /it has the dtype "float64"$/],
    ['a policy', () => layers.dense({ units: 2, dtype: 'mixed_bfloat16' }), /it has the dtype "mixed_bfloat16"$/],
    [
      'other options in one direction',
      () => layers.bidirectional({ layer: layers.lstm({ units: 2 }), backwardLayer: layers.lstm({ units: 3, goBackwards: true }) }),
      /it has a backwardLayer with other options than its layer/,
    ],
  ])('are not written with what tfjs does not have: %s', async (_, make, message) => {
    const m = sequential([input({ shape: [4, 2] }), make() as never]) as unknown as Built;
    await expect(m.save(join(folder, 'model.json'))).rejects.toThrow(message);
  });

  it('are not written with operations, arguments, or names that come twice', async () => {
    const save = (m: unknown) => (m as Built).save(join(folder, 'model.json'));
    const x = input({ shape: [4, 4] });
    const start = [1, 2].map(() => layers.flatten().apply(input({ shape: [4] })));
    const inputs = [x, ...start.map((t) => t.node.inputs as keras.KerasTensor)];
    const outputs = layers.lstm({ units: 4, name: 'own' }).apply(x, { initialState: start });
    await expect(save(model({ inputs, outputs }))).rejects.toThrow(
      /layer `own` cannot be written for tfjs: it is called with more than its inputs \(initialState\)/,
    );
    await expect(save(await keras.loadModel(fixture('operations.keras')))).rejects.toThrow(/which tfjs does not have/);
    const twice = [1, 2].map((i) => sequential([input({ shape: [4, 4] }), layers.dense({ units: 4, name: 'same' })], { name: `m${i}` }));
    const both = sequential([input({ shape: [4, 4] }), ...twice]);
    await expect(save(both)).rejects.toThrow(
      /the names of layers must be unique for tfjs, in models in the model too: there are two weights same\/kernel/,
    );
  });
});
