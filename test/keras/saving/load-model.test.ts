import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../src/errors.js';
import { keras, Tensor, tensor } from '../../../src/index.js';
import { writeHdf5 } from '../../../src/keras/saving/hdf5/index.js';
import { modelConfig } from '../../../src/keras/saving/model-config.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';
import { Random } from '../../../src/random.js';
import { compileLayer } from '../../../src/testing/evaluate-layer.js';
import { expectPredictions, fixture, predict } from './fixtures.js';
import { MODELS, weightsOf } from './models.js';

let folder: string;
let whole: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-load-'));
  await (MODELS.mixed as () => keras.Model)().save(join(folder, 'whole.keras'));
  whole = new Uint8Array(readFileSync(join(folder, 'whole.keras')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (bytes: Uint8Array) => {
  writeFileSync(join(folder, 'm.keras'), bytes);
  return keras.loadModel(join(folder, 'm.keras'));
};
/** The message without the file's name, which it must begin with. */
const refusal = async (bytes: Uint8Array): Promise<string> => {
  const error = await load(bytes).then(
    () => expect.fail('nothing was thrown'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FileFormatError);
  const prefix = `${join(folder, 'm.keras')}: `;
  expect((error as FileFormatError).message.startsWith(prefix)).toBe(true);
  return (error as FileFormatError).message.slice(prefix.length);
};
type Config = { config: { layers: { class_name: string; config: Record<string, unknown> }[] } };
const withConfig = (change: (config: Config) => unknown): Uint8Array => {
  const members = unzipSync(whole);
  const config = JSON.parse(new TextDecoder().decode(members['config.json'])) as Config;
  return zipSync({ ...members, 'config.json': strToU8(JSON.stringify(change(config) ?? config)) });
};

describe('loadModel', () => {
  it('takes compressed files', async () => {
    const packed = zipSync(unzipSync(whole), { level: 9 });
    expect(packed.length).toBeLessThan(whole.length);
    expect(weightsOf(await load(packed))).toEqual(weightsOf(await load(whole)));
  });

  it('counts what an archive unpacks to together with what the weights in it unpack to', async () => {
    writeFileSync(join(folder, 'm.keras'), whole);
    const members = Object.values(unzipSync(whole)).reduce((sum, member) => sum + member.length, 0);
    const loaded = (maxBytes: number) => keras.loadModel(join(folder, 'm.keras'), { limits: { maxBytes } });
    await expect(loaded(members)).rejects.toThrow(/vars\/0 needs \d+ bytes, more than is left/);
    expect(weightsOf(await loaded(3 * members))).toEqual(weightsOf(await load(whole)));
  });

  it('refuses folders and devices', async () => {
    mkdirSync(join(folder, 'saved_model'));
    await expect(keras.loadModel(join(folder, 'saved_model'))).rejects.toThrow(
      new FileFormatError(
        join(folder, 'saved_model'),
        'it is a folder: SavedModels cannot be read, save the model as a .keras file instead',
      ),
    );
    await expect(keras.loadModel('/dev/zero')).rejects.toThrow(new FileFormatError('/dev/zero', 'it is no file'));
    truncateSync(join(folder, 'm.keras'), 2 ** 31);
    await expect(keras.loadModel(join(folder, 'm.keras'))).rejects.toThrow(/it has 2147483648 bytes, more than the 2147483647/);
    rmSync(join(folder, 'm.keras'));
  });

  it('loads two that are independent of each other', async () => {
    const [a, b] = [await load(whole), await load(whole)];
    const [weight] = a.trainableWeights;
    const before = weightsOf(b);
    if (weight !== undefined) weight.value = (await load(whole)).trainableWeights[0]?.value as never;
    expect(weightsOf(b)).toEqual(before);
    expect(modelConfig(b)).toEqual(modelConfig(a));
  });

  it('lets the mode of a run count, as Keras does: what its files say of a call is the default of the layer', async () => {
    const x = keras.input({ shape: [50] });
    // So Keras writes calls without `training`.
    const dropped = keras.layers.dropout({ rate: 0.5 }).apply(x, { training: false });
    const noise = keras.layers.alphaDropout({ rate: 0.5 }).apply(x, { training: true });
    await keras.model({ inputs: x, outputs: [dropped, noise] }).save(join(folder, 'modes.keras'));
    const model = await keras.loadModel(join(folder, 'modes.keras'));
    const ones = tensor(new Float32Array(50).fill(1), [1, 50]);
    const run = (training: boolean) => compileLayer(model as never, ones, { training })(ones, []);
    for (const { data } of (await run(false)).outputs) expect(new Set(data as Float32Array)).toEqual(new Set([1]));
    for (const { data } of (await run(true)).outputs) expect(new Set(data as Float32Array).size).toBe(2);
  });

  it.runIf(existsSync(join(import.meta.dirname, '../../../../shared/golden/keras')))(
    'keeps what Keras wrote: every golden file is the same after it is saved (where ../shared/golden is there)',
    async () => {
      const golden = join(import.meta.dirname, '../../../../shared/golden/keras');
      const saved = join(folder, 'saved.keras');
      let count = 0;
      for (const name of readdirSync(golden)) {
        const model = await keras.loadModel(join(golden, name, 'model.keras')).catch((error: Error) => error.message);
        // Layers that are not there yet are reported by the golden tests.
        if (typeof model === 'string') {
          expect(model).toContain('unknown layer');
          continue;
        }
        await model.save(saved);
        const again = await keras.loadModel(saved);
        expect(weightsOf(again), name).toEqual(weightsOf(model));
        expect(modelConfig(again), name).toEqual(modelConfig(model));
        count += 1;
      }
      expect(count).toBeGreaterThan(100);
    },
  );
});

describe("Keras's files", () => {
  it.each(['keras3.keras', 'keras3.h5', 'keras2.keras', 'keras2.h5', 'text.keras', 'operations.keras', 'nested.keras'])(
    'predict what they predict in Keras: %s',
    async (name) => expectPredictions(await keras.loadModel(fixture(name)), name.split('.')[0] as string),
  );

  it.each(['keras3.keras', 'keras2.keras', 'text.keras', 'operations.keras', 'nested.keras'])(
    'predict the same when they are saved: %s',
    async (name) => {
      await (await keras.loadModel(fixture(name))).save(join(folder, name));
      await expectPredictions(await keras.loadModel(join(folder, name)), name.split('.')[0] as string);
    },
  );

  it.each([
    ['keras3', ['keras3.keras', 'keras3.weights.h5', 'keras3.h5']],
    ['keras2', ['keras2.keras', 'keras2.weights.h5', 'keras2.h5', 'keras2-weights.h5']],
  ])('give their weights to a model that is there: %s', async (name, files) => {
    const model = await keras.loadModel(fixture(`${name}.keras`));
    const zeros = model.getWeights().map((t) => new Tensor(t.dtype, t.shape, new Float32Array(t.data.length)));
    for (const file of files) {
      model.setWeights(zeros);
      await expect(expectPredictions(model, name)).rejects.toThrow();
      await model.loadWeights(fixture(file));
      await expectPredictions(model, name);
    }
  });

  it('give weights in their order to layers of other names', async () => {
    const first = keras.layers.dense({ units: 2, name: 'other' });
    const second = keras.layers.dense({ units: 1, name: 'names' });
    const model = keras.sequential([keras.input({ shape: [3] }), first, keras.layers.flatten(), second]);
    const array = (dtype: 'float32' | 'int32', shape: number[], ...values: number[]) =>
      ({ dtype, shape, data: dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values) }) as const;
    const layer = (kernel: ReturnType<typeof array>, bias: ReturnType<typeof array>) => ({
      attributes: { weight_names: ['k', 'b'] },
      datasets: new Map([
        ['k', kernel],
        ['b', bias],
      ]),
    });
    const content = (kernel: ReturnType<typeof array>) => ({
      // Long lists are in several attributes.
      attributes: { layer_names0: ['one', 'flat'], layer_names1: ['two'] },
      groups: new Map<string, object>([
        ['one', layer(array('float32', [3, 2], 1, 2, 3, 4, 5, 6), array('float32', [2], 7, 8))],
        ['flat', { attributes: { weight_names: [] } }],
        ['two', layer(kernel, array('float32', [1], 11))],
      ]),
    });
    writeFileSync(join(folder, 'w.h5'), await writeHdf5(content(array('int32', [2, 1], 9, 10))));
    await model.loadWeights(join(folder, 'w.h5'));
    expect(model.getWeights().map((t) => Array.from(t.data as Float32Array))).toEqual([[1, 2, 3, 4, 5, 6], [7, 8], [9, 10], [11]]);
    expect(second.weights[0]?.value.dtype).toBe('float32');
    // Of a file that does not fit, nothing is taken.
    const before = weightsOf(model as never);
    writeFileSync(join(folder, 'w.h5'), await writeHdf5(content(array('float32', [1, 2], 1, 1))));
    await expect(model.loadWeights(join(folder, 'w.h5'))).rejects.toThrow(
      /the weight `names\/kernel` must have the shape \[2, 1\], and has \[1, 2\]/,
    );
    expect(weightsOf(model as never)).toEqual(before);
  });

  it.each(['keras3.keras', 'keras3.h5', 'keras2.keras', 'keras2.h5'])('say what the model was compiled with: %s', async (name) => {
    const model = await keras.loadModel(fixture(name));
    expect(model.compiled).toBe(false);
    const optimizer = keras.optimizers.deserialize(model.compileConfig?.optimizer as KerasConfig);
    expect(optimizer.options).toMatchObject({ beta1: 0.8, beta2: 0.999 });
    expect(optimizer.getConfig().learning_rate).toMatchObject({ class_name: 'ExponentialDecay', config: { decay_steps: 20 } });
    expect(model.compileConfig).toMatchObject({
      lossWeights: { head: 2, leaky: 1 },
      loss: { head: 'mse', leaky: { class_name: 'Huber' } },
    });
    expect((await keras.loadModel(fixture('text.keras'))).compileConfig).toBeNull();
  });

  it("mean Keras 2's hard_sigmoid by that name, and not Keras 3's", async () => {
    const [old, present] = [await keras.loadModel(fixture('keras2.keras')), await keras.loadModel(fixture('keras3.keras'))];
    present.setWeights(old.getWeights());
    expect(await predict(present, 'keras2')).not.toEqual(await predict(old, 'keras2'));
    // Keras 3 opens it, too: it is written as layers.
    expect(old.getLayer('head').getConfig().activation).toMatchObject({
      class_name: 'Sequential',
      config: { name: 'hard_sigmoid_keras2' },
    });
    expect(present.getLayer('head').getConfig().activation).toBe('hard_sigmoid');
  });
});

describe('is refused, naming what is wrong:', () => {
  it('a file that is not there, or no path', async () => {
    await expect(keras.loadModel(join(folder, 'missing.keras'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(keras.loadModel(5 as never)).rejects.toThrow('`path` must be a string, received 5');
    await expect(keras.loadModel('a', { compile: false } as never)).rejects.toThrow('has no option `compile`');
  });

  it('a file that is empty, or something else', async () => {
    expect(await refusal(new Uint8Array(0))).toBe('the file is empty');
    expect(await refusal(strToU8('hello'))).toBe('not an HDF5 file');
  });

  it('a file that was cut off, wherever', async () => {
    for (let length = 1; length < whole.length; length += 61) await refusal(whole.subarray(0, length));
    expect(await refusal(whole.subarray(0, whole.length >> 1))).toMatch(/not a zip archive, or truncated/);
  });

  it('weights that were cut off, or are others', async () => {
    const members = unzipSync(whole);
    const weights = members['model.weights.h5'] as Uint8Array;
    for (let length = 0; length < weights.length; length += 997)
      await refusal(zipSync({ ...members, 'model.weights.h5': weights.subarray(0, length) }, { level: 0 }));
    expect(await refusal(zipSync({ ...members, 'model.weights.h5': await writeHdf5({}) }))).toMatch(
      /^the weight `.*embeddings` is missing: there is no layers\/embedding\/vars\/0 in the weights$/,
    );
    const resized = withConfig(({ config }) => {
      (config.layers.at(-1) as Config['config']['layers'][0]).config.units = 7;
    });
    expect(await refusal(resized)).toMatch(/^the weight `.*kernel` must have the shape \[2, 7\], and has \[2, 2\] in the file$/);
  });

  it('weights that are damaged, wherever: it is an error or a model, and never a crash', async () => {
    const members = unzipSync(whole);
    const weights = members['model.weights.h5'] as Uint8Array;
    const random = new Random(5);
    for (let i = 0; i < 150; i++) {
      const damaged = weights.slice();
      damaged[random.integer(damaged.length)] = random.integer(256);
      await load(zipSync({ ...members, 'model.weights.h5': damaged }, { level: 0 })).catch((error: unknown) =>
        expect(error).toBeInstanceOf(FileFormatError),
      );
    }
  });

  it.each<[string, (config: Config) => unknown, RegExp]>([
    ['no config', () => [], /^a config without `class_name`$/],
    ['a class of Python', () => ({ class_name: 'MyModel', config: {} }), /^MyModel is no functional or sequential model/],
    [
      'an unknown layer',
      ({ config }) => {
        (config.layers[1] as { class_name: string }).class_name = 'Frobnicate';
      },
      /^layer `embedding.*`: unknown layer "Frobnicate": .* keras\.RecurrentCell.* keras\.registerLayer .*docs\/own-layers\.md/,
    ],
    [
      'an option of the wrong kind',
      ({ config }) => {
        (config.layers.at(-1) as Config['config']['layers'][0]).config.units = 'many';
      },
      /^layer `dense.*`: `units of Dense` must be a whole number of at least 1, received "many"$/,
    ],
    [
      'code',
      ({ config }) => {
        (config.layers.at(-1) as Config['config']['layers'][0]).config.activation = { class_name: '__lambda__', config: { code: 'evil' } };
      },
      /^layer `dense.*`: /,
    ],
    [
      'shapes that do not fit each other',
      ({ config }) => {
        (config.layers[2] as Config['config']['layers'][0]).config.kernel_size = [2, 2];
      },
      /^layer `conv1d.*`: /,
    ],
    [
      'shapes beyond all numbers',
      ({ config }) => {
        (config.layers.at(-1) as Config['config']['layers'][0]).config.units = 2 ** 52;
      },
      /^the weight `dense.*\/kernel` of shape \[2, 4503599627370496\] has too many elements$/,
    ],
    ['no layers', () => ({ class_name: 'Sequential', config: {} }), /^a sequential model without layers$/],
    [
      'a functional model that refers to nothing',
      () => ({ class_name: 'Functional', config: { layers: [], input_layers: [['x', 0, 0]], output_layers: [['x', 0, 0]] } }),
      /^there is no output 0 of node 0 of a layer "x"$/,
    ],
  ])('%s', async (_, change, message) => expect(await refusal(withConfig(change))).toMatch(message));

  it('a model that is too deep for anybody', async () => {
    let config: unknown = { class_name: 'Dense', config: { units: 1 } };
    for (let i = 0; i < 200; i++) config = { class_name: 'Sequential', config: { layers: [config] } };
    expect(await refusal(withConfig(() => config))).toContain('nested more than 256 levels deep');
  });

  it('an .h5 file without a model', async () => {
    expect(await refusal(await writeHdf5({}))).toBe('it holds weights alone, no model: make the model and call its `loadWeights`');
    expect(await refusal(await writeHdf5({ attributes: { model_config: '{' } }))).toMatch(/^model_config is not valid JSON/);
    const config = JSON.stringify(modelConfig((MODELS.mixed as () => keras.Model)()));
    expect(await refusal(await writeHdf5({ attributes: { model_config: config } }))).toBe('it has no group model_weights');
    expect(await refusal(await writeHdf5({ attributes: { model_config: config }, groups: new Map([['model_weights', {}]]) }))).toMatch(
      /^the weight `embedding.*\/embeddings` is missing: there is no layers\/embedding\/vars\/0 in the weights$/,
    );
  });
});
