/** Algorithm 2 of the FedOpt paper, written out here, with the clients' mean updates as FedAvg has them. */
import { afterAll, describe, expect, it } from 'vitest';
import { aggregators, algorithms, type LearningProcess, optimizers, tensor } from '../../src/index.js';
import { fixtureD, flat, fourExamples, twoExamples, zeroModel } from '../templates/fixtures.js';
import { expectClose, expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number, momentum: number | null = null) => optimizers.sgdm({ learningRate, momentum });
const clients = () => [fourExamples(), twoExamples()];
const clientOptimizer = sgd(0.02);

const fedAvg = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer });
afterAll(() => fedAvg.dispose());

/** What clients make of weights on average, minus these: the paper's `Δ`. */
async function delta(weights: readonly number[]): Promise<number[]> {
  const state = fedAvg.setModelWeights(await fedAvg.initialize(), {
    trainable: [tensor([[weights[0] as number], [weights[1] as number]]), tensor([weights[2] as number])],
    nonTrainable: [],
  });
  const after = flat(fedAvg.getModelWeights((await fedAvg.next(state, clients())).state).trainable);
  return after.map((w, i) => w - (weights[i] as number));
}

type Second = (v: number, squared: number, beta2: number) => number;
const SECOND: Record<'adagrad' | 'yogi' | 'adam', Second> = {
  adagrad: (v, squared) => v + squared,
  yogi: (v, squared, beta2) => v - (1 - beta2) * squared * Math.sign(v - squared),
  adam: (v, squared, beta2) => beta2 * v + (1 - beta2) * squared,
};

/** Weights after each of five rounds of the paper. */
async function paper(second: Second, { eta, beta1, beta2, tau }: Record<'eta' | 'beta1' | 'beta2' | 'tau', number>): Promise<number[]> {
  let x = [0, 0, 0];
  let m = [0, 0, 0];
  let v = [tau ** 2, tau ** 2, tau ** 2];
  const history: number[] = [];
  for (let round = 0; round < 5; round++) {
    const d = await delta(x);
    m = m.map((value, i) => beta1 * value + (1 - beta1) * (d[i] as number));
    v = v.map((value, i) => second(value, (d[i] as number) ** 2, beta2));
    x = x.map((value, i) => value + (eta * (m[i] as number)) / (Math.sqrt(v[i] as number) + tau));
    history.push(...x);
  }
  return history;
}

async function rounds(process: LearningProcess): Promise<number[]> {
  let state = await process.initialize();
  const history: number[] = [];
  for (let round = 0; round < 5; round++) {
    ({ state } = await process.next(state, clients()));
    history.push(...flat(process.getModelWeights(state).trainable));
  }
  return history;
}

describe('the adaptive ones', () => {
  it.each([
    ['FedAdagrad', algorithms.buildFedAdagrad, SECOND.adagrad, { eta: 0.1, beta1: 0, beta2: 0, tau: 1e-3 }],
    ['FedYogi', algorithms.buildFedYogi, SECOND.yogi, { eta: 0.01, beta1: 0.9, beta2: 0.99, tau: 1e-3 }],
    ['FedAdam', algorithms.buildFedAdam, SECOND.adam, { eta: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 }],
  ] as const)("%s makes the paper's rounds, with Flower's defaults", async (_, build, second, numbers) => {
    using process = build(zeroModel(), { clientOptimizer });
    expectClose(await rounds(process), await paper(second, numbers), 5);
  });

  it.each([
    ['FedAdagrad', algorithms.buildFedAdagrad, SECOND.adagrad],
    ['FedYogi', algorithms.buildFedYogi, SECOND.yogi],
    ['FedAdam', algorithms.buildFedAdam, SECOND.adam],
  ] as const)('%s takes other numbers', async (_, build, second) => {
    const numbers = { eta: 0.05, beta1: 0.5, beta2: 0.6, tau: 0.1 };
    const { eta: serverLearningRate, beta1, tau, beta2 } = numbers;
    const own = build === algorithms.buildFedAdagrad ? {} : { beta2 };
    using process = build(zeroModel(), { clientOptimizer, serverLearningRate, beta1, tau, ...own });
    expectClose(await rounds(process), await paper(second, numbers), 5);
  });

  it('have client rates of 0.1 and 0.0316 by default, and their numbers as hyper-parameters', async () => {
    const model = zeroModel();
    const hparams = async (process: LearningProcess) => process.getHparams(await process.initialize());
    const near = (value: number) => expect.closeTo(value, 6);
    expect(await hparams(algorithms.buildFedAdagrad(model))).toEqual({
      clientWork: { learningRate: near(0.1) },
      finalizer: { learningRate: near(0.1), beta1: 0, tau: near(1e-3) },
    });
    expect(await hparams(algorithms.buildFedYogi(model))).toEqual({
      clientWork: { learningRate: near(0.0316) },
      finalizer: { learningRate: near(0.01), beta1: near(0.9), beta2: near(0.99), tau: near(1e-3) },
    });
    expect(await hparams(algorithms.buildFedAdam(model))).toEqual({
      clientWork: { learningRate: near(0.1) },
      finalizer: { learningRate: near(0.1), beta1: near(0.9), beta2: near(0.99), tau: near(1e-3) },
    });
  });

  it('keep weights and state where no update is finite', async () => {
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.NaN;
    using process = algorithms.buildFedYogi(zeroModel());
    const before = await train(process, [fixtureD()], 2);
    const { state, metrics } = await train(process, [broken], 1, before.state);
    expect(metrics[0]).toMatchObject({ finalizer: { updateNonFinite: 1 } });
    expect(plain({ ...state, round: 0 })).toEqual(plain({ ...before.state, round: 0 }));
  });

  it('are bit-identical at any concurrency', async () => {
    const many = Array.from({ length: 9 }, (_, c) => fixtureD().withOptions({ shuffle: true, seed: c }));
    await expectSameAtAnyConcurrency(() => algorithms.buildFedAdam(zeroModel(), { seed: 4 }), many);
  });
});

describe('buildFedAvgM', () => {
  it('is FedAvg with momentum on the server, and by default without', async () => {
    using momentum = algorithms.buildFedAvgM(zeroModel(), { clientOptimizer, serverLearningRate: 0.5, serverMomentum: 0.9 });
    const received = await rounds(momentum);
    let [x, sum] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    const expected: number[] = [];
    for (let round = 0; round < 5; round++) {
      const d = await delta(x);
      sum = sum.map((value, i) => 0.9 * value + (d[i] as number));
      x = x.map((value, i) => value + 0.5 * (sum[i] as number));
      expected.push(...x);
    }
    expectClose(received, expected, 5);
    using plainOne = algorithms.buildFedAvgM(zeroModel(), { clientOptimizer });
    expect(await rounds(plainOne)).toEqual(await rounds(fedAvg));
  });
});

it('they refuse bad parts and options', () => {
  const model = zeroModel();
  const adam = (options: object) => () => algorithms.buildFedAdam(model, options as never);
  expect(adam({ serverLearningRate: -1 })).toThrow(/`serverLearningRate` must be a finite number that is not negative, received -1/);
  expect(adam({ beta1: 1.1 })).toThrow(/`beta1` must be/);
  expect(adam({ beta2: '0.9' })).toThrow(TypeError);
  expect(adam({ tau: 0 })).toThrow(/`tau` must be a finite number above 0/);
  expect(adam({ serverOptimizer: sgd(1) })).toThrow(/has no option `serverOptimizer`/);
  expect(adam({ modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
  expect(adam({ clientOptimizer: 1 })).toThrow(/`clientOptimizer` must be an optimizer/);
  expect(() => algorithms.buildFedAdagrad(model, { beta2: 0.9 } as never)).toThrow(/has no option `beta2`/);
  expect(() => algorithms.buildFedAvgM(model, { clientOptimizer, serverMomentum: -0.1 })).toThrow(/`serverMomentum` must be/);
  expect(() => algorithms.buildFedAvgM(model, {} as never)).toThrow(/`clientOptimizer` must be an optimizer/);
});
