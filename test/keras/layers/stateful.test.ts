/**
 * Recurrent layers that hand on their states from batch to batch, by Keras 3.15's numbers (TensorFlow, CPU):
 *
 *     X = ((np.arange(36) * 0.37) % 1 - 0.4).reshape(6, 3, 2).astype('float32'); Y = ((np.arange(6) * 0.61) % 1).reshape(6, 1).astype('float32')
 *     model = keras.Sequential([keras.Input(batch_shape=(2, 3, 2)), LSTM(2, stateful=True), Dense(1)])
 *     model.set_weights([((np.arange(w.size) * 0.29) % 1 - 0.5).reshape(w.shape) if w.ndim == 2 else w for w in model.get_weights()])
 *     model.compile(SGD(0.1), 'mse'); model.fit(X, Y, batch_size=2, shuffle=False); model.trainable_variables
 */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../../src/index.js';
import { expectClose } from '../optimizers/check-optimizer.js';

const pattern = (size: number, step: number, shift: number) => Array.from({ length: size }, (_, i) => ((i * step) % 1) - shift);
const x = tensor(pattern(36, 0.37, 0.4), [6, 3, 2], 'float32');
const y = tensor(pattern(6, 0.61, 0), [6, 1], 'float32');
const client = (steps: { x: typeof x; y: typeof y } = { x, y }) => data.clientDataset(steps, { batchSize: 2 });

type Kind = 'lstm' | 'gru' | 'simpleRNN';
function model(kind: Kind, stateful = true) {
  const made = keras.sequential([
    keras.input({ batchShape: [2, 3, 2] }),
    keras.layers[kind]({ units: 2, stateful }),
    keras.layers.dense({ units: 1 }),
  ]);
  made.setWeights(made.weights.map((w) => (w.shape.length === 2 ? tensor(pattern(w.size, 0.29, 0.5), [...w.shape], 'float32') : w.value)));
  return made;
}
const federate = (made: ReturnType<typeof model>) =>
  fromKerasModel(made, {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, 3, 2]), y: tensorSpec([null, 1]) },
  });

async function train(made: ReturnType<typeof model>): Promise<number[]> {
  using federated = federate(made);
  const process = algorithms.buildWeightedFedAvg(federated, {
    clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }),
    serverOptimizer: optimizers.sgdm({ learningRate: 1 }),
  });
  const { state } = await process.next(await process.initialize(), [client()]);
  return process.getModelWeights(state).trainable.flatMap((t) => Array.from(t.data as Float32Array));
}

// biome-ignore format: Keras's numbers, weight by weight
const EXPECTED: Readonly<Record<Kind, readonly number[]>> = {
  lstm: [
    -0.4993476, -0.2098461, 0.08002122, 0.3699731, -0.3435239, -0.05177208, 0.2401286, -0.4699593,
    -0.1802525, 0.1097636, 0.4000929, -0.3099758, -0.02136799, 0.2688791, -0.4401745, -0.1500822,
    -0.5000102, -0.2099942, 0.07994542, 0.3699926, -0.3386049, -0.04929109, 0.2399651, -0.4699976,
    -0.179982, 0.1100032, 0.3999895, -0.3100102, -0.01985966, 0.2701058, -0.4399771, -0.1500054,
    0.0007556189, -2.065977e-05, 1.001066, 1.000088, -0.04156571, -0.02083258, 0.0008892734, 8.742478e-06, -0.5046483, -0.2100278, 0.1649118,
  ],
  gru: [
    -0.5006323, -0.2099574, 0.08000087, 0.3700259, -0.3393484, -0.05047541, 0.240414, -0.4700737, -0.1798417, 0.109999, 0.4010369, -0.3099289,
    -0.50029, -0.2100465, 0.0808318, 0.369756, -0.335917, -0.04747699, 0.2397879, -0.4700968, -0.179175, 0.1097404, 0.4043887, -0.307199,
    -0.4989613, -0.2097596, 0.07627591, 0.3712202, -0.3796859, -0.07157799, 0.2410386, -0.4697596, -0.1837241, 0.1112202, 0.3808875, -0.3228659,
    -0.5185663, -0.2279041, 0.100028,
  ],
  simpleRNN: [
    -0.4880248, -0.213129, 0.09423576, 0.3643331, -0.4946593, -0.2052069, 0.07617432, 0.3733345, -0.05663258, -0.06000388,
    -0.4912297, -0.2071855, 0.1719476,
  ],
};

describe.each(Object.entries(EXPECTED) as [Kind, readonly number[]][])('stateful %s', (kind, expected) => {
  it('hands its states on in training', async () => {
    expectClose(await train(model(kind)), expected, 1e-5, 2e-6);
    const without = await train(model(kind, false));
    expect(Math.max(...without.map((w, i) => Math.abs(w - (expected[i] as number))))).toBeGreaterThan(1e-5);
  });
});

describe('states', () => {
  it('are no weights, and begin anew with each client and each evaluation', async () => {
    const made = model('lstm');
    expect(made.weights).toHaveLength(5);
    expect(made.carriedVariables.map((v) => v.shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
    using federated = federate(made);
    const process = algorithms.buildFedEval(federated);
    const loss = async (clients: data.ClientDataset[]): Promise<number> => {
      const { metrics } = await process.next(await process.initialize(), clients);
      return (metrics.clientWork as unknown as { eval: { currentRoundMetrics: { loss: number } } }).eval.currentRoundMetrics.loss;
    };
    const one = await loss([client()]);
    expect(await loss([client(), client()])).toBeCloseTo(one, 6);
    using plain = federate(model('lstm', false));
    const other = algorithms.buildFedEval(plain);
    const { metrics } = await other.next(await other.initialize(), [client()]);
    expect(JSON.stringify(metrics.clientWork)).not.toContain(String(one));
  });

  it('are kept out of predictions, which change nothing', async () => {
    const made = model('gru');
    const first = tensor((x.data as Float32Array).slice(0, 12), [2, 3, 2], 'float32');
    const predict = async () => Array.from(((await made.predict(first)) as typeof x).data);
    expect(await predict()).toEqual(await predict());
  });

  it('need batches of the fixed size', async () => {
    using federated = federate(model('lstm'));
    const process = algorithms.buildFedEval(federated);
    const odd = data.clientDataset({ x, y }, { batchSize: 4 });
    await expect(process.next(await process.initialize(), [odd])).rejects.toThrow(/INVALID_ARGUMENT|reshape|Reshape|shape/i);
  });
});
