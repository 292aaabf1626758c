/**
 * Training in other element types, by Keras 3.15's numbers (TensorFlow, CPU):
 *
 *     X = np.array([[1, 2], [3, -1], [0, 1], [-2, 0.5], [1, 1]], 'float32'); Y = np.array([0, 2, 1, 1, 0], 'int32'); C = keras.initializers.Constant
 *     model = keras.Sequential([keras.Input((2,)), Dense(4, 'tanh', kernel_regularizer=L2(0.1), dtype=policy, trainable=not frozen),
 *                               BatchNormalization(momentum=0.9, dtype=policy, trainable=not frozen), LayerNormalization(dtype=policy),
 *                               Dense(3, bias_initializer=C(0.1), dtype=policy)])
 *     model.set_weights([((np.arange(w.size) * 0.37) % 1 - 0.4).reshape(w.shape) if w.ndim == 2 else w for w in model.get_weights()])
 *     model.compile(SGD(0.1), SparseCategoricalCrossentropy(from_logits=True))   # for float64 after keras.config.set_floatx('float64')
 *     model.fit(X, Y, batch_size=3, epochs=2, shuffle=False); model.trainable_variables
 */
import { afterEach, describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, type Tensor, tensor, tensorSpec } from '../../../src/index.js';
import { expectClose } from '../optimizers/check-optimizer.js';

const x = tensor([
  [1, 2],
  [3, -1],
  [0, 1],
  [-2, 0.5],
  [1, 1],
]);
const y = tensor([0, 2, 1, 1, 0], [5], 'int32');

function model(dtype: string, frozen = false) {
  const own = { dtype, trainable: !frozen };
  const made = keras.sequential([
    keras.input({ shape: [2] }),
    keras.layers.dense({ units: 4, activation: 'tanh', kernelRegularizer: keras.regularizers.l2({ l2: 0.1 }), ...own }),
    keras.layers.batchNormalization({ momentum: 0.9, ...own }),
    keras.layers.layerNormalization({ dtype }),
    keras.layers.dense({ units: 3, biasInitializer: keras.initializers.constant({ value: 0.1 }), dtype }),
  ]);
  made.setWeights(
    made.weights.map((w) => {
      const pattern = Array.from({ length: w.size }, (_, i) => ((i * 0.37) % 1) - 0.4);
      return w.shape.length === 2 ? (tensor(pattern, [...w.shape], w.dtype) as Tensor) : w.value;
    }),
  );
  return made;
}

/** The trained weights, in the model's order. */
async function train(made: ReturnType<typeof model>): Promise<readonly Tensor[]> {
  using federated = fromKerasModel(made, {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null], 'int32') },
  });
  const process = algorithms.buildWeightedFedAvg(federated, {
    clientOptimizer: keras.optimizers.sgd({ learningRate: 0.1 }),
    serverOptimizer: optimizers.sgdm({ learningRate: 1 }),
  });
  const { state } = await process.next(await process.initialize(), [data.clientDataset({ x, y }, { batchSize: 3, epochs: 2 })]);
  federated.setWeights(process.getModelWeights(state));
  return made.trainableWeights.map((w) => w.value);
}

// biome-ignore format: a list of Keras's, weight by weight
const FLOAT = [
  -0.379571, -0.00104276, 0.314811, -0.262444, 0.0521579, 0.416285, -0.164114, 0.181707,
  -0.00330905, -0.00215888, 0.000173593, 0.000743436, 1.00241, 0.987026, 0.991215, 1.01899, -0.0440648, 0.00326659, -0.0035319, 0.0443301,
  1.06285, 0.924615, 0.998578, 1.0337, -0.036604, -0.0328404, -0.043571, 0.0280585,
  -0.53116, 0.0852988, 0.355861, -0.13326, -5.49592e-05, 0.373315, -0.113306, 0.0684051, 0.614901, -0.167907, 0.389655, -0.321747,
  0.136672, 0.127322, 0.0360065,
];
// biome-ignore format: as above
const MIXED = [
  -0.37948, -0.00128543, 0.314825, -0.262554, 0.0522661, 0.416262, -0.164108, 0.181555,
  -0.0033205, -0.00210876, 0.000180674, 0.00072937, 1.00238, 0.987072, 0.991188, 1.01908, -0.0439331, 0.0032547, -0.00350184, 0.0440308,
  1.06281, 0.924525, 0.99861, 1.03367, -0.0363647, -0.0328949, -0.0434959, 0.0280518,
  -0.531055, 0.085332, 0.355918, -0.133164, -0.000322269, 0.373145, -0.113789, 0.0686133, 0.615176, -0.167607, 0.389404, -0.321699,
  0.136475, 0.127344, 0.0360596,
];
// biome-ignore format: as above
const FROZEN = [
  1.07746, 0.919531, 1.0225, 1.03351, -0.033874, -0.0280366, -0.0391443, 0.0289812,
  -0.545455, 0.0754264, 0.380029, -0.169395, 0.0761063, 0.333288, -0.102733, 0.0149303, 0.657802, -0.129066, 0.374205, -0.345138,
  0.128936, 0.131803, 0.0392606,
];
describe('training', () => {
  // With `bfloat16`, 8 bits of precision: how products are summed up in it differs, from processor to processor as well.
  it.each([
    ['float32', FLOAT, 2e-5, 2e-6],
    ['float64', FLOAT, 2e-5, 2e-6],
    ['mixed_bfloat16', MIXED, 2e-3, 1e-3],
  ] as const)('in %s', async (dtype, expected, relative, absolute) => {
    const weights = await train(model(dtype));
    expect(new Set(weights.map((w) => w.dtype))).toEqual(new Set([dtype === 'float64' ? 'float64' : 'float32']));
    expectClose(
      weights.flatMap((t) => Array.from(t.data as Float32Array)),
      expected,
      relative,
      absolute,
    );
  });

  it('leaves frozen layers as they are, whose batch normalisation infers', async () => {
    const weights = await train(model('float32', true));
    expectClose(
      weights.flatMap((t) => Array.from(t.data as Float32Array)),
      FROZEN,
      2e-5,
      2e-6,
    );
  });
});

describe('a policy', () => {
  afterEach(() => keras.setDTypePolicy('float32'));

  it('is what new layers have, once it is set', () => {
    keras.setDTypePolicy('mixed_bfloat16');
    const layer = keras.layers.dense({ units: 1 });
    expect(layer.policy).toEqual({ name: 'mixed_bfloat16', compute: 'bfloat16', variable: 'float32' });
    expect(keras.layers.dense({ units: 1, dtype: 'float64' }).policy.compute).toBe('float64');
    expect(() => keras.setDTypePolicy('mixed_float8')).toThrow(/`policy` must be a dtype or 'mixed_bfloat16'/);
  });

  it.each([
    ['mixed_bfloat16', { module: 'keras', class_name: 'DTypePolicy', config: { name: 'mixed_bfloat16' }, registered_name: null }],
    ['float64', 'float64'],
  ])('is written as Keras writes it, and read: %s', (dtype, written) => {
    const config = keras.layers.dense({ units: 1, dtype }).getConfig();
    expect(config.dtype).toEqual(written);
    const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: dtype }, registered_name: null };
    const read = keras.layers.deserialize({ class_name: 'Dense', config: { ...config, dtype: policy } });
    expect(read.policy.name).toBe(dtype);
  });
});

describe('predictions', () => {
  it('are of the type that the last layer computes in', async () => {
    const predictions = (await model('mixed_bfloat16').predict(x)) as Tensor;
    expect(predictions.dtype).toBe('bfloat16');
    const values = Array.from(predictions.data as Uint16Array, (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number);
    expectClose(
      values,
      [
        0.1435546875, 0.1416015625, 0.263671875, 0.224609375, 0.2236328125, 0.89453125, 0.0311279296875, 0.0306396484375, -0.2451171875,
      ].concat([-0.0286865234375, -0.028076171875, -0.7109375, 0.18359375, 0.181640625, 0.68359375]),
      0.02,
      0.02,
    );
  });
});

it('refuses a policy of a name that every object has', () => {
  expect(() => keras.layers.dense({ units: 1, dtype: 'constructor' })).toThrow(/a dtype or 'mixed_bfloat16', received "constructor"/);
});
