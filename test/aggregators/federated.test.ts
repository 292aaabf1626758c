/** Aggregators in rounds of federated learning: nested, repeatable, resumable, and under attack. */
import { describe, expect, it } from 'vitest';
import { algorithms, aggregators as all, configure, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { defaultConcurrency } from '../../src/native/concurrency.js';
import { Random } from '../../src/random.js';
import { flat } from '../templates/fixtures.js';

const TRUTH = [1, -2, 3];
const CLIENTS = 11;

/** Linear data; a malicious client's labels are of another sign and size. */
function clients(malicious = 0) {
  const random = new Random(7);
  return Array.from({ length: CLIENTS }, (_, c) => {
    const x = Float32Array.from({ length: 30 }, () => random.normal());
    const y = Float32Array.from({ length: 10 }, (_, i) => TRUTH.reduce((t, w, k) => t + w * (x[3 * i + k] as number), 0));
    const labels = c < malicious ? y.map((v) => -30 * v) : y;
    return data.clientDataset({ x: tensor(x, [10, 3]), y: tensor(labels, [10, 1]) }, { batchSize: 5 });
  });
}

const model = () =>
  fromKerasModel(keras.sequential([keras.input({ shape: [3] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]), {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, 3]), y: tensorSpec([null, 1]) },
  });

function build(modelAggregator: all.Aggregator) {
  const options = { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), modelAggregator };
  return modelAggregator.weighted ? algorithms.buildWeightedFedAvg(model(), options) : algorithms.buildUnweightedFedAvg(model(), options);
}

async function train(modelAggregator: all.Aggregator, rounds: number, malicious = 0) {
  using process = build(modelAggregator);
  let state = await process.initialize();
  const cohort = clients(malicious);
  const history: { weights: number[]; metrics: unknown }[] = [];
  for (let r = 0; r < rounds; r++) {
    const output = await process.next(state, cohort);
    ({ state } = output);
    history.push({ weights: flat(process.getModelWeights(state).trainable), metrics: output.metrics });
  }
  return { state, history, weights: history.at(-1)?.weights as number[] };
}

const fixed = { noiseMultiplier: 0.01, clientsPerRound: CLIENTS, seed: 1 };
const quantile = () => all.quantileEstimation({ initialEstimate: 1, targetQuantile: 0.8, learningRate: 0.2 });

/** Of every kind, and nested in each other. */
const AGGREGATORS: Readonly<Record<string, () => all.Aggregator>> = {
  robust: () => all.robust({ debugMeasurements: true }),
  secure: () => all.secure(),
  dp: () => all.dp(fixed),
  dpGaussianFixed: () => all.dpGaussianFixed({ ...fixed, clip: 5 }),
  dpLaplace: () => all.dpLaplace({ ...fixed, clip: 5 }),
  dpTree: () => all.dpTree({ ...fixed, l2NormClip: 5 }),
  dpTreeAdaptive: () => all.dpTreeAdaptive({ ...fixed, initialL2NormClip: 5, restartWarmup: 2 }),
  dpLocal: () => all.dpLocal({ noiseMultiplier: 0.01, clip: 5, seed: 1 }),
  'dpLocal, secured': () =>
    all.dpLocal({
      noiseMultiplier: 0.01,
      clip: 5,
      seed: 1,
      inner: all.unweightedMean({ valueSum: all.secureSum({ upperBoundThreshold: 20 }) }),
    }),
  'concat, clipping, quantised': () =>
    all.concat({ inner: all.clipping({ clippingNorm: quantile(), inner: all.uniformStochasticQuantizer({ numLevels: 256 }) }) }),
  'quantised, zeroing, clipping': () =>
    all.rotatedUniformStochasticQuantizer({
      numLevels: 256,
      inner: all.zeroing({ zeroingNorm: quantile(), normOrder: 2, inner: all.clipping({ clippingNorm: quantile() }) }),
    }),
  'rotated, private, secured by shares': () =>
    all.hadamardTransform({
      inner: all.dpGaussianFixed({
        ...fixed,
        clip: 5,
        recordAggregation: all.secureSum({ upperBoundThreshold: 10, protocol: all.additiveSharing() }),
      }),
    }),
  'a noisy, clipped median': () => all.outputPerturbation({ ...fixed, clippingNorm: 5, inner: all.coordinateMedian() }),
  'a noisy, adaptively clipped and quantised mean': () =>
    all.outputPerturbation({ ...fixed, initialL2NormClip: 5, inner: all.uniformStochasticQuantizer({ numLevels: 256 }) }),
  'Fourier, tern, mean': () => all.discreteFourierTransform({ inner: all.ternGrad() }),
  drive: () => all.drive(),
  topK: () => all.concat({ inner: all.topK({ fraction: 0.5 }) }),
  'clipped median': () => all.clipping({ clippingNorm: 5, inner: all.coordinateMedian() }),
  trimmedMean: () => all.trimmedMean(),
  'weighted Krum': () => all.asWeightedAggregator(all.krum({ numMaliciousNodes: 2 })),
  'rotated Multi-Krum': () => all.hadamardTransform({ inner: all.multiKrum({ numMaliciousNodes: 2, numNodesToSelect: 4 }) }),
  bulyan: () => all.zeroing({ zeroingNorm: 100, inner: all.bulyan({ numMaliciousNodes: 2 }) }),
  geometricMedian: () => all.drive({ inner: all.geometricMedian() }),
};

describe.each(Object.keys(AGGREGATORS))('training with %s', (name) => {
  const make = AGGREGATORS[name] as () => all.Aggregator;

  it('comes closer to the truth, bit for bit the same at any concurrency', async () => {
    configure({ concurrency: 1 });
    const alone = await train(make(), 4);
    configure({ concurrency: 4 });
    const together = await train(make(), 4);
    configure({ concurrency: defaultConcurrency() });
    expect(together.history).toEqual(alone.history);
    const error = (weights: readonly number[]) => Math.hypot(...TRUTH.map((w, i) => (weights[i] as number) - w));
    expect(error(alone.weights)).toBeLessThan(error([0, 0, 0]));
  });

  it('goes on from a state in another process', async () => {
    const { history } = await train(make(), 3);
    const { state } = await train(make(), 2);
    using process = build(make());
    const { state: last } = await process.next(state, clients());
    expect(flat(process.getModelWeights(last).trainable)).toEqual(history[2]?.weights);
  });
});

describe('training with two malicious clients of eleven', () => {
  const errorOf = async (aggregator: all.Aggregator) => {
    const { weights } = await train(aggregator, 20, 2);
    return Math.hypot(...TRUTH.map((w, i) => (weights[i] as number) - w));
  };

  it('leads the mean astray', async () => {
    expect(await errorOf(all.unweightedMean())).not.toBeLessThan(5);
  });

  it.each([
    ['coordinateMedian', () => all.coordinateMedian()],
    ['trimmedMean', () => all.trimmedMean({ beta: 0.2 })],
    ['krum', () => all.krum({ numMaliciousNodes: 2 })],
    ['multiKrum', () => all.multiKrum({ numMaliciousNodes: 2, numNodesToSelect: 5 })],
    ['bulyan', () => all.bulyan({ numMaliciousNodes: 2 })],
    ['geometricMedian', () => all.geometricMedian()],
    ['a noisy median', () => all.outputPerturbation({ ...fixed, clippingNorm: 5, inner: all.coordinateMedian() })],
  ] as const)('does not lead %s astray', async (_, make) => {
    expect(await errorOf(make())).toBeLessThan(0.2);
  });
});

describe('a learning process', () => {
  it('refuses a cohort that is too small for its aggregator, and a result that is no update', async () => {
    using process = build(all.clipping({ clippingNorm: 1, inner: all.krum({ numMaliciousNodes: 5 }) }));
    const state = await process.initialize();
    await expect(process.next(state, clients())).rejects.toThrow('`clients` must be at least 13 for this aggregator, received 11');
    using sampled = build(all.unweightedReservoirSampling({ sampleSize: 2 }));
    await expect(sampled.next(await sampled.initialize(), clients())).rejects.toThrow(
      '`modelAggregator` must give a result like the updates',
    );
  });

  it('refuses a state of another aggregator', async () => {
    using robust = build(all.robust());
    using plain = build(all.mean());
    await expect(plain.next(await robust.initialize(), clients())).rejects.toThrow('`state` must be a state of this process');
  });

  it('has other noise when a round is repeated, but for a mechanism with a seed', async () => {
    const again = async (seed: object) => {
      using process = build(all.dpGaussianFixed({ noiseMultiplier: 1, clientsPerRound: CLIENTS, clip: 1, ...seed }));
      const state = await process.initialize();
      const weights = async () => flat(process.getModelWeights((await process.next(state, clients())).state).trainable);
      return [await weights(), await weights()];
    };
    const [a, b] = await again({});
    expect(a).not.toEqual(b);
    const [c, d] = await again({ seed: 3 });
    expect(c).toEqual(d);
  });
});
