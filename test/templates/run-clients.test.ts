/** Seeds of clients, and what a cohort takes; how it is run is tested with the processes that do it. */
import { describe, expect, it, vi } from 'vitest';
import { ClientComputation } from '../../src/graph/computation.js';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { binding, concurrency, configure } from '../../src/native/loader.js';
import { clientSeed } from '../../src/templates/run-clients.js';
import type { Tensor } from '../../src/tensor.js';
import { twoExamples, zeroModel } from './fixtures.js';

const words = (...args: Parameters<typeof clientSeed>): bigint[] => Array.from(clientSeed(...args).data as BigInt64Array);

describe('clientSeed', () => {
  it('is the same for the same client of the same round, and two words that fit an int64', () => {
    expect(words(1, 2, 3, 4)).toEqual(words(1, 2, 3, 4));
    const seed = clientSeed(1, 2, 3, 4);
    expect([seed.dtype, seed.shape]).toEqual(['int64', [2]]);
    for (const word of words(-1, 2 ** 31 - 1, 1e6, -7)) {
      expect(word).toBeGreaterThanOrEqual(0n);
      expect(word).toBeLessThan(2n ** 62n);
    }
  });

  it('is another one for every seed, round, place and data set', () => {
    const seen = new Set<string>();
    let count = 0;
    for (const seed of [0, 1, -1, 2 ** 40])
      for (const round of [0, 1, 2, 1000])
        for (let position = 0; position < 50; position++)
          for (const own of [0, 1, 99]) {
            seen.add(words(seed, round, position, own)[1]?.toString() as string);
            count += 1;
          }
    expect(seen.size).toBe(count);
  });

  it('has bits that are ones half of the time', () => {
    const samples = Array.from({ length: 2000 }, (_, i) => words(7, i >> 5, i & 31, 0)[1] as bigint);
    for (let bit = 0n; bit < 62n; bit++) {
      const ones = samples.filter((word) => (word >> bit) & 1n).length;
      // Six standard deviations of a fair coin: 6 · √2000 / 2.
      expect(Math.abs(ones - 1000)).toBeLessThan(135);
    }
  });
});

describe('runClients', () => {
  // The first test: others set a concurrency, which is obeyed whatever the results take.
  it('runs fewer clients at once where their results leave no room for more, with the same result', async () => {
    const bytes = vi.spyOn(ClientComputation.prototype, 'resultBytes', 'get');
    const made = vi.spyOn(ClientComputation.prototype, 'accumulator');
    const round = async (size: number) => {
      bytes.mockReturnValue(size);
      using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
      const { state, metrics } = await process.next(await process.initialize(), Array(12).fill(twoExamples()));
      const kernel = state.globalModelWeights.trainable[0] as Tensor;
      return { result: [Array.from(kernel.data as Float32Array), metrics], atOnce: made.mock.lastCall?.[1] };
    };
    try {
      const [small, large] = [await round(2 ** 28), await round(2 ** 40)];
      expect([small.atOnce, large.atOnce]).toEqual([null, concurrency() === 1 ? null : 1]);
      expect(large.result).toEqual(small.result);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('takes memory for the clients that run, however many there are', async () => {
    const SIZE = 256;
    const model = fromKerasModel(keras.sequential([keras.input({ shape: [SIZE] }), keras.layers.dense({ units: SIZE })]), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, SIZE]), y: tensorSpec([null, SIZE]) },
    });
    using process = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
    const state = await process.initialize();
    const client = data.clientDataset({ x: tensor(new Float32Array(SIZE), [1, SIZE]), y: tensor(new Float32Array(SIZE), [1, SIZE]) });
    const peak = async (count: number): Promise<number> => {
      let most = 0;
      await process.next(state, Array(count).fill(client), {
        onProgress: () => {
          most = Math.max(most, binding().stats().tensorBytes);
        },
      });
      return most;
    };
    await peak(1);
    const few = await peak(1);
    const weights = 4 * SIZE * SIZE;
    // Two groups of up to 64 clients are under way, each with an update; a thousand updates would be eight times as much.
    expect(await peak(1000)).toBeLessThan(few + 130 * weights);
  });

  it('leaves data that are made for a round in the memory where they were made, and keeps those that come again', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }) });
    const state = await process.initialize();
    const made = () => {
      const [x, y] = [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(1, 2, 3)];
      return { x, dataset: data.clientDataset({ x: tensor(x, [3, 2]), y: tensor(y, [3, 1]) }, { batchSize: 4 }) };
    };
    const [lazy, given] = [made(), made()];
    const weights = async (clients: Parameters<typeof process.next>[1]) =>
      process.getModelWeights((await process.next(state, clients)).state).trainable.map((w) => Array.from(w.data as Float32Array));
    const isWhereItWas = ({ x, dataset }: ReturnType<typeof made>) => (dataset.x as Tensor).data === x;
    const expected = await weights([given.dataset, given.dataset]);
    expect(isWhereItWas(given)).toBe(false);
    expect(await weights([() => lazy.dataset, made().dataset])).toEqual(expected);
    expect(isWhereItWas(lazy)).toBe(true);
    expect(await weights([() => lazy.dataset, async () => made().dataset])).toEqual(expected);
    expect(isWhereItWas(lazy)).toBe(false);
  });

  it('begins with groups as large as those of the round before', async () => {
    // Groups grow where they take no time.
    vi.useFakeTimers({ toFake: ['performance'] });
    const runs = vi.spyOn(ClientComputation.prototype, 'runMany');
    const sizes = (): (number | undefined)[] => runs.mock.calls.splice(0).map(([, items]) => items.length);
    try {
      using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
      const state = await process.initialize();
      const client = twoExamples();
      sizes();
      const { state: first } = await process.next(state, Array(400).fill(client));
      expect(sizes().slice(0, 2)).toEqual([2, 2]);
      const { state: second } = await process.next(state, Array(100).fill(client));
      expect(sizes()).toEqual([32, 64, 4]);
      // What runs first is not known where clients have to be loaded.
      await process.next(
        state,
        Array(100).fill(() => client),
      );
      expect(sizes().slice(0, 2)).toEqual([2, 64]);
      expect(second.globalModelWeights).toEqual(first.globalModelWeights);
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });

  it('has clients ready for every thread, however long they take, and few more', async () => {
    const usual = concurrency();
    try {
      using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
      const state = await process.initialize();
      for (const threads of [1, 8]) {
        configure({ concurrency: threads });
        const client = twoExamples().withOptions({ epochs: 500 });
        let loaded = 0;
        let first: number | undefined;
        const clients = Array.from({ length: 40 }, () => () => {
          loaded += 1;
          return client;
        });
        await process.next(state, clients, {
          onProgress: () => {
            first ??= loaded;
          },
        });
        // When the first are done, two groups or two clients per thread are under way.
        expect([threads, first]).toEqual([threads, Math.max(4, 2 * threads)]);
      }
    } finally {
      configure({ concurrency: usual });
    }
  });
});
