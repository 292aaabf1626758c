/** The options of local training, against steps of gradient descent written out here. */
import { describe, expect, it } from 'vitest';
import { add, cast, div } from '../../src/graph/ops/math.js';
import { algorithms, keras, optimizers, tensor } from '../../src/index.js';
import { fixtureD, flat, fourExamples, zeroModel } from './fixtures.js';

type Options = Omit<Parameters<typeof algorithms.buildWeightedFedAvg>[1], 'clientOptimizer'>;
const sgd = (learningRate: number, momentum: number | null = null) => optimizers.sgdm({ learningRate, momentum });

/** Rounds on one client; the weights of the first input and of the bias after each, and the metrics. */
async function rounds(options: Options, count = 1, client = fixtureD(), clientOptimizer = sgd(0.1)) {
  using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer, ...options });
  let state = await process.initialize();
  const weights: number[][] = [];
  const metrics = [];
  for (let round = 0; round < count; round++) {
    const output = await process.next(state, [client]);
    ({ state } = output);
    const [a, , b] = flat(process.getModelWeights(state).trainable);
    weights.push([a as number, b as number]);
    metrics.push(output.metrics.clientWork);
  }
  return { weights, metrics };
}

/** Fixture D's batches: rows of `x` and `y`. */
const BATCHES = [0, 1, 2, 3].map((k) => [0, 1, 2].map((i) => (3 * k + i) % 4).map((x) => [x, x > 1 ? 1 : 0] as const));
/** Four examples in batches of three. */
const UNEQUAL = [[0, 1, 2], [3]].map((xs) => xs.map((x) => [x, x > 1 ? 1 : 0] as const));

interface ByHand {
  readonly steps?: number;
  readonly rate?: number;
  readonly limit?: number;
  readonly momentum?: number;
  readonly batches?: typeof BATCHES;
  readonly from?: readonly number[];
}
function byHand({ steps = 4, rate = 0.1, limit = Number.POSITIVE_INFINITY, momentum = 0, batches = BATCHES, from = [0, 0] }: ByHand) {
  let [a, b] = from as [number, number];
  let [va, vb] = [0, 0];
  for (let k = 0; k < steps; k++) {
    const batch = batches[k % batches.length] as (typeof BATCHES)[number];
    const mean = (fn: (residual: number, x: number) => number) =>
      (2 * batch.reduce((sum, [x, y]) => sum + fn(a * x + b - y, x), 0)) / batch.length;
    const [ga, gb] = [mean((r, x) => r * x), mean((r) => r)];
    const scale = Math.min(1, limit / Math.hypot(ga, gb));
    [va, vb] = [momentum * va + scale * ga, momentum * vb + scale * gb];
    [a, b] = [a - rate * va, b - rate * vb];
  }
  return [a, b];
}
const expectClose = (received: readonly number[][], ...expected: readonly number[][]) => {
  expect(received).toHaveLength(expected.length);
  expected.flat().forEach((value, i) => expect(received.flat()[i]).toBeCloseTo(value, 6));
};

describe('localSteps', () => {
  it.each([
    [1, 3],
    [2, 6],
    [6, 18],
  ])('makes %s steps, whatever the number of examples', async (localSteps, examples) => {
    const { weights, metrics } = await rounds({ localSteps });
    expectClose(weights, byHand({ steps: localSteps }));
    expect(metrics[0]?.train).toMatchObject({ num_batches: localSteps, num_examples: examples });
  });

  it('begins again at the first batch, also where the last is smaller', async () => {
    const { weights, metrics } = await rounds({ localSteps: 3 }, 1, fourExamples().withOptions({ batchSize: 3 }));
    expectClose(weights, byHand({ steps: 3, batches: UNEQUAL }));
    expect(metrics[0]?.train).toMatchObject({ num_batches: 3, num_examples: 7 });
  });

  it('takes the place of epochs', async () => {
    const { weights } = await rounds({ localSteps: 2 }, 1, fixtureD().withOptions({ epochs: 5 }));
    expectClose(weights, byHand({ steps: 2 }));
  });
});

describe('maxGradientNorm', () => {
  it('scales longer gradients down, and leaves the others', async () => {
    // Without a limit the batches' gradients have lengths of 1.49, 0.95, 1.16 and 0.40.
    for (const limit of [0.05, 1, 1e6]) expectClose((await rounds({ maxGradientNorm: limit })).weights, byHand({ limit }));
    expect(byHand({ limit: 1 })[0]).not.toBeCloseTo(byHand({})[0] as number, 3);
    expect(byHand({ limit: 1 })[0]).not.toBeCloseTo(byHand({ limit: 0.05 })[0] as number, 3);
  });

  it('comes before momentum', async () => {
    const { weights } = await rounds({ maxGradientNorm: 0.5 }, 1, fixtureD(), sgd(0.1, 0.9));
    expectClose(weights, byHand({ limit: 0.5, momentum: 0.9 }));
  });
});

describe('clientLearningRate', () => {
  const RATES = [0.1, 0.05, 0.025];
  const expected: number[][] = [];
  for (const rate of RATES) expected.push(byHand({ rate, from: expected.at(-1) ?? [0, 0] }));

  it('is the rate of each round, whose last one stays', async () => {
    const { weights, metrics } = await rounds({ clientLearningRate: RATES }, 4);
    expectClose(weights, ...expected, byHand({ rate: 0.025, from: expected[2] as number[] }));
    expect(metrics.map((m) => m?.clientLearningRate)).toEqual([...RATES, 0.025].map((rate) => expect.closeTo(rate, 6)));
  });

  it('may be a schedule of Keras, or a graph function of the round', async () => {
    const decay = keras.optimizers.schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    expectClose((await rounds({ clientLearningRate: decay }, 3)).weights, ...expected);
    const { metrics } = await rounds({ clientLearningRate: (round) => div(0.1, add(cast(round, 'float32'), 1)) }, 3);
    expect(metrics.map((m) => m?.clientLearningRate)).toEqual([0.1, 0.05, 0.1 / 3].map((rate) => expect.closeTo(rate, 6)));
    await expect(rounds({ clientLearningRate: (() => 0.1) as never })).rejects.toThrow(/`schedule` must give a scalar output/);
  });

  it("takes the place of the optimizer's own, which is no hyper-parameter then", async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(7, 0.5), clientLearningRate: RATES });
    const state = await process.initialize();
    expect(process.getHparams(state).clientWork).toEqual({ momentum: 0.5 });
    expect(() => process.setHparams(state, { clientWork: { learningRate: 1 } })).toThrow(TypeError);
    const { weights } = await rounds({ clientLearningRate: RATES }, 1, fixtureD(), sgd(7, 0.5));
    expectClose(weights, byHand({ momentum: 0.5 }));
  });
});

it('the options go together', async () => {
  const { weights } = await rounds({ localSteps: 5, maxGradientNorm: 0.5, clientLearningRate: [0.2] }, 1, fixtureD(), sgd(1, 0.9));
  expectClose(weights, byHand({ steps: 5, limit: 0.5, rate: 0.2, momentum: 0.9 }));
});

it('bad options are refused', () => {
  const build = (options: object) => () => algorithms.buildUnweightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1), ...options });
  expect(build({ localSteps: 0 })).toThrow(/`localSteps` must be a finite number in \[1, 2147483647\], received 0/);
  expect(build({ localSteps: 1.5 })).toThrow(RangeError);
  expect(build({ localSteps: '3' })).toThrow(TypeError);
  expect(build({ maxGradientNorm: 0 })).toThrow(/`maxGradientNorm` must be a finite number above 0, received 0/);
  expect(build({ maxGradientNorm: Number.NaN })).toThrow(RangeError);
  expect(build({ maxGradientNorm: tensor(1) })).toThrow(TypeError);
  expect(build({ clientLearningRate: [] })).toThrow(/`clientLearningRate` must be a list with at least one rate/);
  expect(build({ clientLearningRate: [0.1, -1] })).toThrow(/`clientLearningRate\[1\]` must be/);
  expect(build({ clientLearningRate: 0.1 })).toThrow(/`clientLearningRate` must be a list of rates/);
  const scheduled = optimizers.scheduleLearningRate(sgd(0.1), [0.1]);
  expect(build({ clientOptimizer: scheduled, clientLearningRate: [0.1] })).toThrow(
    /needs a client optimizer with a learning rate of its own/,
  );
});
