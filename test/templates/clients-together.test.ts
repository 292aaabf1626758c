/** Which models' clients are computed several at once, and that it makes no difference. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ClientDataset } from '../../src/data/client-dataset.js';
import { ClientComputation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { less, where } from '../../src/graph/ops/math.js';
import { algorithms, configure, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import type { Optimizer } from '../../src/keras/optimizers/optimizer.js';

const { layers, losses } = keras;
const FEATURES = 6;
const CLASSES = 4;

/** Numbers in `[0, 1)` that a seed decides. */
function numbers(count: number, seed: number): number[] {
  let state = seed * 7919 + 17;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  });
}

function client(rows: number, seed: number, { shuffle = false, batchSize = 4 } = {}): ClientDataset {
  const x = tensor(numbers(rows * FEATURES, seed), [rows, FEATURES]);
  const y = tensor(
    numbers(rows, seed + 1).map((u) => Math.floor(u * CLASSES)),
    [rows],
    'int32',
  );
  return data.clientDataset({ x, y }, { batchSize, epochs: 2, ...(shuffle && { shuffle, seed: 3 }) });
}

const classifier = (...hidden: Parameters<typeof keras.sequential>[0]) => {
  keras.setRandomSeed(1);
  return fromKerasModel(keras.sequential([keras.input({ shape: [FEATURES] }), ...hidden, layers.dense({ units: CLASSES })]), {
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, FEATURES]), y: tensorSpec([null], 'int32') },
    metrics: [keras.metrics.sparseCategoricalAccuracy],
  });
};

async function round(model: ReturnType<typeof classifier>, clientOptimizer: Optimizer, clients: readonly ClientDataset[], options = {}) {
  using learning = algorithms.buildWeightedFedAvg(model, { clientOptimizer, ...options });
  const { state, metrics } = await learning.next(await learning.initialize(), clients);
  const weights = learning.getModelWeights(state).trainable.map((w) => Array.from(w.data as Float32Array));
  return { weights, metrics };
}

const sgd = () => optimizers.sgdm({ learningRate: 0.1 });

afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether the clients of a round were computed together. */
async function isTogether(run: () => Promise<unknown>): Promise<boolean> {
  const spy = vi.spyOn(ClientComputation, 'compile');
  await run();
  return spy.mock.results.every(({ value }) => (value as ClientComputation).isTogether);
}

describe('clients are computed together', () => {
  const hidden = {
    relu: [layers.dense({ units: 5, activation: 'relu' })],
    tanh: [layers.dense({ units: 5, activation: 'tanh' })],
    sigmoid: [layers.dense({ units: 5, activation: 'sigmoid' })],
    softmax: [layers.dense({ units: 5, activation: 'softmax' })],
    elu: [layers.dense({ units: 5, activation: 'elu' })],
    dropout: [layers.dense({ units: 5 }), layers.dropout({ rate: 0.3 })],
    'layer normalisation': [layers.dense({ units: 5 }), layers.layerNormalization()],
  };
  it.each(Object.entries(hidden))('with %s', async (_, parts) => {
    expect(await isTogether(() => round(classifier(...parts), sgd(), [client(10, 1)]))).toBe(true);
  });

  const others = {
    momentum: optimizers.sgdm({ learningRate: 0.1, momentum: 0.9 }),
    adam: optimizers.adam({ learningRate: 0.01 }),
    adagrad: optimizers.adagrad({ learningRate: 0.01 }),
    rmsprop: optimizers.rmsprop({ learningRate: 0.01 }),
    yogi: optimizers.yogi({ learningRate: 0.01 }),
  };
  it.each(Object.entries(others))('with %s', async (_, optimizer) => {
    expect(await isTogether(() => round(classifier(), optimizer as Optimizer, [client(10, 1)]))).toBe(true);
  });

  it('where each goes through its data in an order of its own', async () => {
    expect(await isTogether(() => round(classifier(), sgd(), [client(10, 1, { shuffle: true })]))).toBe(true);
  });
});

describe('a round of clients that are computed together', () => {
  const model = () => classifier(layers.dense({ units: 5, activation: 'tanh' }), layers.dropout({ rate: 0.3 }));

  it('has, bit by bit, the same result with every client among others of other sizes', async () => {
    // Between any two neighbours of one size a client that does not count.
    const light = client(3, 9);
    const alike = [1, 2, 3, 4, 5, 6].map((seed) => client(10, seed));
    const apart = alike.flatMap((one) => [one, light]);
    const clientWeighting = (examples: Output) => where(less(examples, 10), 0, examples);
    const results = [];
    for (const clients of [alike, apart]) {
      const clientOptimizer = optimizers.adam({ learningRate: 0.01 });
      results.push(await round(classifier(layers.dense({ units: 5, activation: 'tanh' })), clientOptimizer, clients, { clientWeighting }));
    }
    expect(results[1]?.weights).toEqual(results[0]?.weights);
  });

  it('has the same result at any concurrency, shuffled and with dropout', async () => {
    const clients = Array.from({ length: 25 }, (_, i) => client(i < 15 ? 10 : 7, i, { shuffle: true }));
    const found = [];
    for (const concurrency of [1, 2, 5]) {
      configure({ concurrency });
      found.push(await round(model(), sgd(), clients));
    }
    configure({ concurrency: 2 });
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('takes clients with other batches for themselves', async () => {
    const sizes = [4, 4, 5, 5, 3].map((batchSize, i) => client(10, i, { batchSize }));
    const { metrics } = await round(classifier(), sgd(), sizes);
    expect(metrics.clientWork?.train).toMatchObject({ num_examples: 100, num_batches: 2 * (3 + 3 + 2 + 2 + 4) });
  });

  it('names the client whose data are wrong, and counts the one whose update is not finite', async () => {
    const labels = client(10, 3);
    const wrong = data.clientDataset(
      { x: labels.x, y: tensor(Int32Array.from({ length: 10 }, () => CLASSES)) },
      { batchSize: 4, epochs: 2 },
    );
    const clients = [client(10, 1), client(10, 2), wrong, client(10, 4)];
    await expect(round(classifier(), sgd(), clients)).rejects.toThrow(/^clients\[2\]: .*label value of 4/);
    const infinite = data.clientDataset({ x: tensor(Array(60).fill(3e38), [10, FEATURES]), y: labels.y }, { batchSize: 4, epochs: 2 });
    const [others, among] = [
      await round(classifier(), sgd(), [client(10, 1), client(10, 2)]),
      await round(classifier(), sgd(), [client(10, 1), infinite, client(10, 2)]),
    ];
    expect(among.metrics.clientWork?.train?.num_non_finite_clients).toBe(1);
    expect(among.weights).toEqual(others.weights);
  });
});
