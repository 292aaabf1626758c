/** Numbers of TFF's model_delta_client_work_test and fed_avg_test (contract F.3), on its fixture. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, optimizers, tensor } from '../../src/index.js';
import { fixtureD, flat, fourExamples, linearRegression, twoExamples, zeroModel } from '../templates/fixtures.js';
import { showing, shown } from './fixtures.js';

const sgd = (learningRate: number, momentum?: number) => optimizers.sgdm({ learningRate, ...(momentum === undefined ? {} : { momentum }) });
const expectClose = (actual: readonly number[], expected: readonly number[], digits = 6) =>
  expected.forEach((e, i) => expect(actual[i]).toBeCloseTo(e, digits));

async function train(process: ReturnType<typeof algorithms.buildWeightedFedAvg>, rounds: number, clients = [fixtureD()]) {
  let state = await process.initialize();
  const history: { weights: number[]; loss: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const output = await process.next(state, clients);
    ({ state } = output);
    history.push({ weights: flat(process.getModelWeights(state).trainable), loss: output.metrics.clientWork?.train?.loss as number });
  }
  return { state, history };
}

describe('buildWeightedFedAvg', () => {
  it('trains as TFF does', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1) });
    const { history } = await train(process, 3);
    expectClose(
      history.flatMap((h) => [h.weights[0], h.weights[2], h.loss]) as number[],
      [0.305560494, 0.099437037, 0.156358336, 0.325303097, 0.054901952, 0.070097141, 0.340699466, 0.020134966, 0.065401798],
    );
  });

  it('makes steps with momentum on clients, from rest in every round', async () => {
    using process = algorithms.buildWeightedFedAvg(linearRegression(), { clientOptimizer: sgd(0.1, 0.9) });
    const { history } = await train(process, 2);
    expectClose(
      history.flatMap((h) => [h.weights[0], h.weights[2], h.loss]) as number[],
      [0.508760494, 0.193081481, 0.098653948, 0.210084327, -0.043382741, 0.072427037],
    );
  });

  it('weighs clients by examples, or the same', async () => {
    const clients = [fourExamples(), twoExamples()];
    using byExamples = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.01) });
    expectClose((await train(byExamples, 1, clients)).history[0]?.weights as number[], [0.04, 0.033333333, 0.016666667]);
    using uniform = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.01), clientWeighting: 'uniform' });
    expectClose((await train(uniform, 1, clients)).history[0]?.weights as number[], [0.0475, 0.05, 0.02]);
    using unweighted = algorithms.buildUnweightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.01) });
    expectClose((await train(unweighted, 1, clients)).history[0]?.weights as number[], [0.0475, 0.05, 0.02]);
  });

  it.each([
    ['num_examples', 12],
    ['uniform', 1],
  ] as const)('sends weights before minus weights after, and as its weight with %s %i', async (clientWeighting, weight) => {
    const options = { clientOptimizer: sgd(0.1), clientWeighting, modelAggregator: showing() };
    using process = algorithms.buildWeightedFedAvg(linearRegression(), options);
    const { metrics } = await process.next(await process.initialize(), [fixtureD()]);
    expectClose(shown(metrics).update, [-0.274560494, 0, -0.102381481]);
    expect(shown(metrics).weight).toBe(weight);
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.NaN;
    const none = await process.next(await process.initialize(), [broken]);
    expect(shown(none.metrics)).toEqual({ update: [0, 0, 0], weight: 0 });
  });

  it('counts the examples of all clients that are finite', async () => {
    using process = algorithms.buildWeightedFedAvg(linearRegression(), { clientOptimizer: sgd(0.1) });
    const state = await process.initialize();
    const broken = () => fixtureD().withOptions({ batchSize: 12 });
    const three = [broken(), broken(), broken()];
    for (const client of three) (client.y as { data: Float32Array }).data[3] = Number.POSITIVE_INFINITY;
    const found = async (clients: ReturnType<typeof broken>[]) => (await process.next(state, clients)).metrics.clientWork?.train;
    expect(await found([fixtureD(), fixtureD(), fixtureD()])).toMatchObject({ num_examples: 36, num_non_finite_clients: 0 });
    expect(await found(three)).toEqual({ loss: 0, num_batches: 0, num_examples: 0, num_non_finite_clients: 3 });
  });

  it("has the client optimizer's hyper-parameters in the state, which count before its own", async () => {
    using process = algorithms.buildWeightedFedAvg(linearRegression(), { clientOptimizer: sgd(1, 0.9) });
    const state = await process.initialize();
    expect(process.getHparams(state).clientWork).toEqual({ learningRate: 1, momentum: expect.closeTo(0.9, 6) });
    const changed = process.setHparams(state, { clientWork: { learningRate: 0.5, momentum: 0.3 } });
    expect(process.getHparams(changed).clientWork).toEqual({ learningRate: 0.5, momentum: expect.closeTo(0.3, 6) });
    using other = algorithms.buildWeightedFedAvg(linearRegression(), { clientOptimizer: sgd(0.5, 0.3) });
    const [a, b] = [await process.next(changed, [fixtureD()]), await other.next(await other.initialize(), [fixtureD()])];
    expect(flat(process.getModelWeights(a.state).trainable)).toEqual(flat(other.getModelWeights(b.state).trainable));
  });

  it('begins every round with a fresh client optimizer', async () => {
    using a = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1, 0.9) });
    const { history } = await train(a, 2);
    // A second process that starts from the first round's weights does the same step.
    const model = zeroModel();
    const [kernel, bias] = [history[0]?.weights.slice(0, 2), history[0]?.weights.slice(2)] as [number[], number[]];
    model.setWeights({ trainable: [tensor(kernel, [2, 1]), tensor(bias)], nonTrainable: [] });
    using b = algorithms.buildWeightedFedAvg(model, { clientOptimizer: sgd(0.1, 0.9) });
    expectClose((await train(b, 1)).history[0]?.weights as number[], history[1]?.weights as number[]);
  });

  it('leaves out a client whose update is not finite', async () => {
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.NaN;
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1) });
    const alone = await process.next(await process.initialize(), [fixtureD()]);
    const both = await process.next(await process.initialize(), [broken, fixtureD()]);
    expect(flat(process.getModelWeights(both.state).trainable)).toEqual(flat(process.getModelWeights(alone.state).trainable));
    expect(both.metrics.clientWork?.train).toEqual({ ...(alone.metrics.clientWork?.train as object), num_non_finite_clients: 1 });
  });

  it('refuses an aggregate that is not finite, and says so', async () => {
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.POSITIVE_INFINITY;
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1), serverOptimizer: sgd(1, 0.9) });
    const before = (await process.next(await process.initialize(), [fixtureD()])).state;
    const { state, metrics } = await process.next(before, [broken]);
    expect(metrics.finalizer).toEqual({ updateNonFinite: 1 });
    expect(metrics.clientWork?.train).toMatchObject({ num_examples: 0, num_non_finite_clients: 1 });
    expect(flat(process.getModelWeights(state).trainable)).toEqual(flat(process.getModelWeights(before).trainable));
    expect(state.finalizer).toEqual(before.finalizer);
  });

  it('takes an own aggregator', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), {
      clientOptimizer: sgd(0.1),
      modelAggregator: aggregators.mean({ noNanDivision: true }),
    });
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.NaN;
    const { metrics } = await process.next(await process.initialize(), [broken]);
    expect(metrics.finalizer).toEqual({ updateNonFinite: 0 });
  });
});

it('refuses parts of the wrong kind', () => {
  const model = zeroModel();
  const options = { clientOptimizer: sgd(0.1) };
  const weighted =
    (change: object, m: unknown = model) =>
    () =>
      algorithms.buildWeightedFedAvg(m as never, { ...options, ...change } as never);
  expect(weighted({}, {})).toThrow(/`model` must be a federated model/);
  expect(weighted({ clientOptimizer: 'sgd' })).toThrow(/`clientOptimizer` must be an optimizer, received "sgd"/);
  expect(weighted({ serverOptimizer: 1 })).toThrow(/`serverOptimizer` must be an optimizer/);
  expect(weighted({ clientWeighting: 'examples' })).toThrow(/`clientWeighting` must be/);
  expect(weighted({ modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
  expect(weighted({ modelAggregator: 3 })).toThrow(/`modelAggregator` must be an aggregator/);
  expect(weighted({ server: 1 })).toThrow(/has no option `server`/);
  expect(() => algorithms.buildUnweightedFedAvg(model, { ...options, modelAggregator: aggregators.mean() })).toThrow(
    /UnweightedAggregationFactory/,
  );
});
