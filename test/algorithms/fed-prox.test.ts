/** Numbers of the contract's section F.3 (with the paper's sign), and steps written out. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, fromKerasModel, keras, optimizers, tensorSpec } from '../../src/index.js';
import { fixtureD, flat, fourExamples, linearRegression, twoExamples, zeroModel } from '../templates/fixtures.js';
import { expectClose, expectSameAtAnyConcurrency, losses, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

/** The server's weights after a round on fixture D. */
async function round(proximalStrength: number, change: object = {}): Promise<number[]> {
  using process = algorithms.buildWeightedFedProx(linearRegression(), { clientOptimizer: sgd(0.1), proximalStrength, ...change });
  return flat(process.getModelWeights((await train(process, [fixtureD()], 1)).state).trainable);
}

describe('buildWeightedFedProx', () => {
  it.each([
    [0, 0.274560494, 0.102381481],
    [0.1, 0.271439427, 0.101151559],
    [1, 0.245093827, 0.090859259],
  ])("makes the paper's steps with strength %s", async (strength, a, b) => {
    expectClose(await round(strength), [a, 0, b]);
  });

  it('holds clients the nearer the stronger it is', async () => {
    const lengths = [];
    for (const strength of [0, 0.1, 1, 5]) lengths.push(Math.hypot(...(await round(strength))));
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expectClose([lengths[2]], [0.2614], 4);
  });

  it('starts each round from the weights that the server has then', async () => {
    // With a rate of 1 / strength every step forgets the one before: w₀ minus the rate times the last batch's gradient.
    using process = algorithms.buildWeightedFedProx(zeroModel(), { clientOptimizer: sgd(0.01), proximalStrength: 100 });
    const { state, metrics } = await train(process, [fourExamples().withOptions({ batchSize: 2 })], 2);
    // The last batch is x = 2 and 3, y = 1; its gradient at the first batch's weights, which stay zero in round 1.
    const step = ([a, b]: readonly [number, number], from: readonly [number, number], xs: readonly number[], y: number) => {
      const residuals = xs.map((x) => a * x + b - y);
      const g = [residuals.reduce((s, r, i) => s + r * (xs[i] as number), 0), residuals.reduce((s, r) => s + r, 0)] as const;
      return [from[0] - 0.01 * g[0], from[1] - 0.01 * g[1]] as const;
    };
    let w = [0, 0] as readonly [number, number];
    for (let r = 0; r < 2; r++) w = step(step(w, w, [0, 1], 0), w, [2, 3], 1);
    const [a, , b] = flat(process.getModelWeights(state).trainable);
    expectClose([a, b], [...w]);
    // The proximal term is in no metric.
    expectClose([losses(metrics)[0]], [0.5]);
  });

  it('is FedAvg, bit by bit, with strength 0', async () => {
    const clients = [fixtureD(), twoExamples()];
    using prox = algorithms.buildWeightedFedProx(zeroModel(), { clientOptimizer: sgd(0.01), proximalStrength: 0 });
    using fedAvg = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.01) });
    expect(plain(await train(prox, clients, 3))).toEqual(plain(await train(fedAvg, clients, 3)));
  });

  it("takes FedAvg's options, and clips gradients before the term is added", async () => {
    // A rate of 1 / strength: the last gradient, clipped, is all that is left.
    const weights = await round(10, { maxGradientNorm: 0.05, serverOptimizer: sgd(2) });
    expectClose([Math.hypot(...weights)], [2 * 0.1 * 0.05]);
  });

  it('weighs clients by examples, or the same', async () => {
    const clients = [fourExamples(), twoExamples()];
    const run = async (unweighted: boolean) => {
      const options = { clientOptimizer: sgd(0.01), proximalStrength: 0.5 };
      using process = unweighted
        ? algorithms.buildUnweightedFedProx(zeroModel(), options)
        : algorithms.buildWeightedFedProx(zeroModel(), options);
      return flat(process.getModelWeights((await train(process, clients, 1)).state).trainable);
    };
    // The first step of a client has no proximal term: FedAvg's numbers.
    expectClose(await run(false), [0.04, 0.033333333, 0.016666667]);
    expectClose(await run(true), [0.0475, 0.05, 0.02]);
  });

  it('holds personal variables near what their client began the round with', async () => {
    const strength = 2;
    using process = algorithms.buildWeightedFedProx(zeroModel(), {
      clientOptimizer: sgd(0.05),
      proximalStrength: strength,
      personalVariables: (v) => v.path.endsWith('bias'),
    });
    const clients = [fourExamples().withOptions({ epochs: 2, id: 'a' }), twoExamples().withOptions({ epochs: 2, id: 'b' })];
    const rows = [[0, 1, 2, 3].map((x) => [x, 0, x > 1 ? 1 : 0] as const), [[1, 2, 1] as const, [3, 4, 2] as const]];
    let state = await process.initialize();
    const biases = [0, 0];
    let kernel: readonly number[] = [0, 0];
    for (let round = 0; round < 2; round++) {
      ({ state } = await process.next(state, clients));
      const ends = rows.map((examples, k) => {
        const start = [...kernel, biases[k] as number];
        let w = start;
        for (let step = 0; step < 2; step++) {
          const from = w;
          const at = (column: readonly number[]): number =>
            (from[0] as number) * (column[0] as number) + (from[1] as number) * (column[1] as number);
          const gradient = [0, 1, 2].map((i) => {
            const terms = examples.map(([x0, x1, y]) => 2 * (at([x0, x1]) + (from[2] as number) - y) * ([x0, x1, 1][i] as number));
            return terms.reduce((a, b) => a + b) / examples.length;
          });
          w = from.map((v, i) => v - 0.05 * ((gradient[i] as number) + strength * (v - (start[i] as number))));
        }
        return w;
      });
      kernel = [0, 1].map((i) => (4 * (ends[0]?.[i] as number) + 2 * (ends[1]?.[i] as number)) / 6);
      ends.forEach((end, k) => {
        biases[k] = end[2] as number;
      });
      expectClose(flat(process.getModelWeights(state).trainable), [...kernel, 0], 5);
      for (const [k, id] of ['a', 'b'].entries())
        expectClose(flat(process.getClientWeights(state, id).trainable), [...kernel, biases[k] as number], 5);
    }
  });

  it('takes every policy for batch normalisation', async () => {
    const layers = [keras.layers.batchNormalization({ momentum: 0.5 }), keras.layers.dense({ units: 1, kernelInitializer: 'ones' })];
    const model = fromKerasModel(keras.sequential([keras.input({ shape: [2] }), ...layers]), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
    });
    const client = fourExamples().withOptions({ epochs: 3, id: 'a' });
    const end = async (batchNorm: 'local' | 'aggregate', proximalStrength: number) => {
      using process = algorithms.buildWeightedFedProx(model, { clientOptimizer: sgd(0.05), proximalStrength, batchNorm });
      const { state } = await train(process, [client], 2);
      const { trainable, nonTrainable } = batchNorm === 'local' ? process.getClientWeights(state, 'a') : process.getModelWeights(state);
      return flat([...trainable, ...nonTrainable]);
    };
    // One client alone keeps what the server would have.
    const local = await end('local', 2);
    expectClose(local, await end('aggregate', 2), 5);
    expect(local.slice(-4)).toEqual([1.5 * (1 - 0.5 ** 6), 0, expect.closeTo(1.25 - 0.25 * 0.5 ** 6, 5), 0.5 ** 6]);
    expect(Math.hypot(...local.slice(2, 4))).toBeLessThan(Math.hypot(...(await end('local', 0)).slice(2, 4)));
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => fixtureD().withOptions({ shuffle: true, seed: c }));
    await expectSameAtAnyConcurrency(
      () => algorithms.buildWeightedFedProx(zeroModel(), { clientOptimizer: sgd(0.1), proximalStrength: 0.3, seed: 4 }),
      clients,
    );
  });
});

it('refuses bad parts and options', () => {
  const model = zeroModel();
  const build =
    (change: object, builder: typeof algorithms.buildWeightedFedProx = algorithms.buildWeightedFedProx) =>
    () =>
      builder(model, { clientOptimizer: sgd(0.1), proximalStrength: 0.1, ...change } as never);
  expect(build({ proximalStrength: -0.1 })).toThrow(RangeError);
  expect(build({ proximalStrength: -0.1 })).toThrow(/`proximalStrength` must be a finite number that is not negative, received -0.1/);
  expect(build({ proximalStrength: Number.NaN })).toThrow(RangeError);
  expect(build({ proximalStrength: '1' })).toThrow(TypeError);
  expect(build({ proximalStrength: undefined })).toThrow(/`proximalStrength` must be a number/);
  expect(build({ modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
  expect(build({ modelAggregator: aggregators.mean() }, algorithms.buildUnweightedFedProx)).toThrow(/UnweightedAggregationFactory/);
  expect(build({ clientWeighting: 'uniform' }, algorithms.buildUnweightedFedProx)).toThrow(/has no option `clientWeighting`/);
  expect(build({ mu: 1 })).toThrow(/has no option `mu`/);
});
