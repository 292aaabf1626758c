import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../src/errors.js';
import { keras } from '../../../src/index.js';
import { writeHdf5 } from '../../../src/keras/saving/hdf5/index.js';
import { modelConfig } from '../../../src/keras/saving/model-config.js';
import { Random } from '../../../src/random.js';
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

  it('loads two that are independent of each other', async () => {
    const [a, b] = [await load(whole), await load(whole)];
    const [weight] = a.trainableWeights;
    const before = weightsOf(b);
    if (weight !== undefined) weight.value = (await load(whole)).trainableWeights[0]?.value as never;
    expect(weightsOf(b)).toEqual(before);
    expect(modelConfig(b)).toEqual(modelConfig(a));
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

describe('is refused, naming what is wrong:', () => {
  it('a file that is not there, or a folder', async () => {
    await expect(keras.loadModel(join(folder, 'missing.keras'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(keras.loadModel(folder)).rejects.toMatchObject({ code: 'EISDIR' });
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
      /^layer `embedding.*`: unknown layer "Frobnicate"\. .*registerLayer/,
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
    expect(await refusal(await writeHdf5({}))).toBe('it holds no model: there is no attribute model_config (a file of weights alone?)');
    expect(await refusal(await writeHdf5({ attributes: { model_config: '{' } }))).toMatch(/^model_config is not valid JSON/);
    const config = JSON.stringify(modelConfig((MODELS.mixed as () => keras.Model)()));
    expect(await refusal(await writeHdf5({ attributes: { model_config: config } }))).toBe('it has no group model_weights');
    expect(await refusal(await writeHdf5({ attributes: { model_config: config }, groups: new Map([['model_weights', {}]]) }))).toMatch(
      /^the layer `embedding.*` has 1 weights, and 0 in the file$/,
    );
  });
});
