import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFormatError, ValueError } from '../../../../src/errors.js';
import { keras } from '../../../../src/index.js';
import { type Expected, expectPredictions } from '../fixtures.js';
import { weightsOf } from '../models.js';

const NAMES = ['recurrent', 'images'];
const path = (name: string, file: string): string => fileURLToPath(new URL(`cases/${name}/${file}`, import.meta.url));
const json = (name: string, file = 'model.json') => JSON.parse(readFileSync(path(name, file), 'utf8'));
const shards = (name: string): Uint8Array[] => [1, 2].map((i) => new Uint8Array(readFileSync(path(name, `group1-shard${i}of2.bin`))));
const expected = (name: string): Expected => json(name, 'expected.json') as Expected;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-tfjs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a model's files with another `model.json`. */
function changed(name: string, change: (json: Json) => unknown): string {
  const value = json(name);
  const file = join(folder, 'model.json');
  writeFileSync(file, JSON.stringify(change(value) ?? value));
  shards(name).forEach((bytes, i) => writeFileSync(join(folder, `group1-shard${i + 1}of2.bin`), bytes));
  return file;
}

type Json = ReturnType<typeof JSON.parse>;
/** A change of some fields. */
const edit =
  (at: (value: Json) => object, fields: object) =>
  (value: Json): void => {
    Object.assign(at(value), fields);
  };

async function refusal(source: Parameters<typeof keras.loadModel>[0], options: keras.LoadModelOptions = {}): Promise<string> {
  const error = await keras.loadModel(source, options).then(
    () => expect.fail('nothing was thrown'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FileFormatError);
  return (error as Error).message.replace(`${join(folder, 'model.json')}: `, '');
}

describe("tfjs's files", () => {
  it.each(NAMES)('predict what they predict in tfjs: %s', async (name) => {
    await expectPredictions(await keras.loadModel(path(name, 'model.json')), expected(name));
  });

  it.each(NAMES)('predict the same when they are written, as Keras files or as their own: %s', async (name) => {
    for (const file of ['model.keras', 'model.json']) {
      await (await keras.loadModel(path(name, 'model.json'))).save(join(folder, file));
      await expectPredictions(await keras.loadModel(join(folder, file)), expected(name));
    }
  });

  it.each(NAMES)('give their weights to a model that is there: %s', async (name) => {
    const model = await keras.loadModel(path(name, 'model.json'));
    const before = weightsOf(model);
    for (const weight of model.weights) weight.value = weight.initialValue();
    expect(weightsOf(model)).not.toEqual(before);
    await model.loadWeights(path(name, 'model.json'));
    expect(weightsOf(model)).toEqual(before);
  });

  it("are read with the converter's order and names, too: layer by layer, and Keras's config a level deeper", async () => {
    const file = changed('recurrent', (value) => {
      const [group] = value.weightsManifest;
      const data = Buffer.concat(shards('recurrent'));
      let at = 0;
      const entries = group.weights.map((spec: { name: string; shape: number[] }) => {
        const bytes = 4 * spec.shape.reduce((a, b) => a * b, 1);
        at += bytes;
        return { spec, data: data.subarray(at - bytes, at) };
      });
      const layers = ['both', 'steps', 'norm', 'gru', 'own', 'own_norm'];
      entries.sort(
        (a: { spec: { name: string } }, b: { spec: { name: string } }) =>
          layers.indexOf(a.spec.name.split('/')[0] as string) - layers.indexOf(b.spec.name.split('/')[0] as string),
      );
      // The converter keeps moving averages after what is trained in each model in the model.
      writeFileSync(join(folder, 'all.bin'), Buffer.concat(entries.map((e: { data: Buffer }) => e.data)));
      const weights = entries.map(({ spec }: { spec: { name: string } }) => ({
        ...spec,
        name: spec.name.replace('gru/', 'gru/gru_cell/'),
      }));
      return {
        modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: value.modelTopology },
        weightsManifest: [{ paths: ['all.bin'], weights }],
      };
    });
    await expectPredictions(await keras.loadModel(file), expected('recurrent'));
  });

  it('may have quantized weights', async () => {
    const weights = [
      {
        name: 'd/kernel',
        shape: [2, 3],
        dtype: 'float32',
        quantization: { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' },
      },
      { name: 'd/bias', shape: [3], dtype: 'float32', quantization: { dtype: 'float16' } },
    ];
    const config = {
      class_name: 'Sequential',
      config: { layers: [{ class_name: 'Dense', config: { name: 'd', units: 3, batch_input_shape: [null, 2] } }] },
    };
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ modelTopology: config, weightsManifest: [{ paths: ['q.bin'], weights }] }));
    // 16-bit floats: 1, -2 and 0.5.
    writeFileSync(join(folder, 'q.bin'), Uint8Array.of(0, 1, 2, 3, 4, 255, 0, 0x3c, 0, 0xc0, 0, 0x38));
    const model = await keras.loadModel(join(folder, 'model.json'));
    expect(model.getWeights().map((t) => Array.from(t.data as Float32Array))).toEqual([
      [-1, -0.5, 0, 0.5, 1, 126.5],
      [1, -2, 0.5],
    ]);
  });
});

describe("tfjs's models", () => {
  const model = (name: string, give: (data: Uint8Array) => unknown) => {
    const { modelTopology, weightsManifest } = json(name);
    return {
      name: `my ${name}`,
      layers: [{}],
      save: async ({ save }: { save: (artifacts: object) => Promise<unknown> }) => {
        const result = await save({
          modelTopology,
          weightSpecs: weightsManifest[0].weights,
          weightData: give(new Uint8Array(Buffer.concat(shards(name)))),
        });
        // As tfjs does with what a handler returns.
        return (result as { modelArtifactsInfo: { dateSaved: Date } }).modelArtifactsInfo.dateSaved.toISOString();
      },
    };
  };

  it.each<[string, (data: Uint8Array) => unknown]>([
    ['a buffer', (data) => data.buffer],
    ['bytes', (data) => data],
    ['a list of buffers', (data) => [data.slice(0, 101).buffer, data.slice(101).buffer]],
  ])('are taken as they are, with their weights as %s', async (_, give) => {
    for (const name of NAMES) await expectPredictions(await keras.loadModel(model(name, give)), expected(name));
  });

  it('are refused, by name, where they give something else', async () => {
    expect(await refusal(model('images', (data) => data.slice(4)))).toMatch(
      /^the tfjs model `my images`: the weights need 1124 bytes of data, and there are 1120$/,
    );
    expect(await refusal(model('images', () => 'text'))).toBe('the tfjs model `my images`: its weights are no bytes');
    expect(await refusal({ name: 'mute', layers: [], save: async () => undefined })).toMatch(
      /^the tfjs model `mute`: it did not give its contents/,
    );
    await expect(keras.loadModel({ layers: [] } as never)).rejects.toThrow(
      '`path` must be a string, received an object with the keys layers',
    );
  });
});

describe('is refused, naming what is wrong:', () => {
  it.each<[string, (value: Json) => unknown, RegExp]>([
    ['a graph model', () => ({ format: 'graph-model' }), /^it is a graph model, which has no layers: convert/],
    ['no object', () => [1], /^it must be an object$/],
    ['no config', () => ({}), /^it holds weights alone, no model/],
    ['a manifest that is none', (v) => ({ ...v, weightsManifest: 5 }), /^`weightsManifest` must be a list$/],
    ['a group without files', (v) => ({ ...v, weightsManifest: [{ weights: [] }] }), /^group 0 of the weights has no `paths`$/],
    ['a group without a list', (v) => ({ ...v, weightsManifest: [{ paths: [] }] }), /^the list of weights is missing$/],
    ...['../a.bin', '/etc/passwd', 'a/../../b', 'C:x', 5].map((name): [string, (v: Json) => void, RegExp] => [
      `a file elsewhere: ${name}`,
      edit((v) => v.weightsManifest[0].paths, [name]),
      /^the weights' file .* is no name of a file beside it$/,
    ]),
    ['a file that is not there', edit((v) => v.weightsManifest[0].paths, ['gone.bin']), /^its weights cannot be read: ENOENT/],
    ['a folder as a file', edit((v) => v.weightsManifest[0].paths, ['folder']), /is no file$/],
    [
      'a file twice',
      edit((v) => v.weightsManifest[0].paths, ['group1-shard2of2.bin']),
      /^the weights' file .*group1-shard2of2\.bin is named twice$/,
    ],
    ['a weight without a name', edit((v) => v.weightsManifest[0].weights, [{}]), /^weight 0 \(undefined\) must be an object with a name$/],
    ['a shape that is none', edit((v) => v.weightsManifest[0].weights[0], { shape: [-3, 8] }), /^weight 0 \(both.*\) has no valid shape$/],
    ['a shape beyond all numbers', edit((v) => v.weightsManifest[0].weights[0], { shape: [2 ** 40, 2 ** 40] }), /has no valid shape$/],
    [
      'an absurd shape',
      edit((v) => v.weightsManifest[0].weights[0], { shape: [2 ** 40] }),
      /^the weights need \d+ bytes of data, and their files have 748$/,
    ],
    ['texts', edit((v) => v.weightsManifest[0].weights[0], { dtype: 'string' }), /must be float32, int32, bool, and is "string"$/],
    [
      'an unknown quantization',
      edit((v) => v.weightsManifest[0].weights[0], { quantization: { dtype: 'int4' } }),
      /is quantized in an unknown way$/,
    ],
    [
      'a scale that is none',
      edit((v) => v.weightsManifest[0].weights[0], { quantization: { dtype: 'uint8', scale: 'x' } }),
      /is quantized in an unknown way$/,
    ],
    [
      'two weights of one name',
      edit((v) => v.weightsManifest[0].weights[1], { name: 'both/forward_lstm_LSTM1/kernel' }),
      /^there are two weights both/,
    ],
    [
      'weights in another order',
      (v) => void v.weightsManifest[0].weights.reverse(),
      /^the weight `.*kernel` is not where it should be: own_norm\/moving_variance is there$/,
    ],
    [
      'fewer weights',
      edit((v) => v.weightsManifest[0], { weights: [{ name: 'x', shape: [187], dtype: 'float32' }] }),
      /^the model has 21 weights, and the file 1$/,
    ],
    [
      'another shape of the same size',
      edit((v) => v.weightsManifest[0].weights[0], { shape: [8, 3] }),
      /kernel` must have the shape \[3, 8\], and has \[8, 3\] in the file$/,
    ],
    [
      'an unknown layer, with what to do',
      edit((v) => v.modelTopology.config.layers[8], { class_name: 'ThresholdedReLU' }),
      /^layer `leaky`: unknown layer "ThresholdedReLU": .*keras\.registerLayer/,
    ],
  ])('%s', async (_, change, message) => {
    mkdirSync(join(folder, 'folder'), { recursive: true });
    expect(await refusal(changed('recurrent', change))).toMatch(message);
  });

  it('more than the limits allow, before it is read', async () => {
    const file = changed('recurrent', () => undefined);
    expect(await refusal(file, { limits: { maxBytes: 700 } })).toMatch(
      /^the data of the weights needs 748 bytes, more than is left of the 700/,
    );
    await expect(keras.loadModel(file, { limits: { maxBytes: 0 } })).rejects.toThrow(ValueError);
  });
});
