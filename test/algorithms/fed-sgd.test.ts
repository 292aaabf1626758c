/** Numbers of TFF's fed_sgd_test and of the contract's section F.3. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, optimizers, tensor } from '../../src/index.js';
import { Weight } from '../../src/keras/engine/weight.js';
import { FederatedModel } from '../../src/models/federated-model.js';
import { fixtureD, flat, fourExamples, linearRegression, twoExamples, zeroModel } from '../templates/fixtures.js';
import { expectClose, expectSameAtAnyConcurrency, showing, shown, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });
/** Four examples `x = [1, 0]`, `y = 1`, three times over in batches of three. */
const ones = () => data.clientDataset({ x: tensor(Array(4).fill([1, 0])), y: tensor(Array(4).fill([1])) }, { batchSize: 3, epochs: 3 });

/** The server's weights after a step of rate 1 from zero, which is the gradient downwards, and the metrics. */
async function step(model = zeroModel(), clients = [fixtureD()]) {
  using process = algorithms.buildFedSgd(model, { serverOptimizer: sgd(1) });
  const { state, metrics } = await process.next(await process.initialize(), clients);
  return { weights: flat(process.getModelWeights(state).trainable), metrics };
}

describe('buildFedSgd', () => {
  it("goes down the mean of the batches' gradients, weighted by their sizes", async () => {
    const half = await step(linearRegression(), [ones()]);
    expectClose(half.weights, [1, 0, 1]);
    expect(half.metrics.clientWork?.train).toMatchObject({ num_examples: 12, num_batches: 6 });
    expectClose((await step(zeroModel(), [ones()])).weights, [2, 0, 2]);
    const d = await step(linearRegression());
    expectClose([...d.weights, d.metrics.clientWork?.train?.loss], [1.25, 0, 0.5, 0.25]);
    const k = await step();
    expectClose([...k.weights, k.metrics.clientWork?.train?.loss], [2.5, 0, 1, 0.5]);
  });

  it('sends the gradient with the number of examples, or nothing with a weight of 0', async () => {
    using process = algorithms.buildFedSgd(linearRegression(), { modelAggregator: showing() });
    const state = await process.initialize();
    const sent = async (client: data.ClientDataset) => shown((await process.next(state, [client])).metrics);
    expect(await sent(ones())).toEqual({ update: [-1, 0, -1], weight: 12 });
    const broken = ones();
    (broken.y as { data: Float32Array }).data[2] = Number.POSITIVE_INFINITY;
    expect(await sent(broken)).toEqual({ update: [0, 0, 0], weight: 0 });
  });

  it('is the gradient of all data, however clients have it in batches', async () => {
    // Six examples, gradients of 2 · residual · x at zero: -2 · (2 + 3 + 1 + 6) / 6, -2 · (2 + 8) / 6, -2 · (2 + 3) / 6.
    const expected = [4, 10 / 3, 5 / 3];
    for (const batchSize of [1, 3, 4]) {
      expectClose((await step(zeroModel(), [fourExamples().withOptions({ batchSize }), twoExamples()])).weights, expected, 5);
    }
  });

  it('has a server rate of 0.1 by default, and takes any server optimizer', async () => {
    using plainSgd = algorithms.buildFedSgd(linearRegression());
    expectClose(flat(plainSgd.getModelWeights((await train(plainSgd, [fixtureD()], 1)).state).trainable), [0.125, 0, 0.05]);
    using process = algorithms.buildFedSgd(zeroModel(), { serverOptimizer: optimizers.adam({ learningRate: 0.1 }) });
    const { state } = await train(process, [fixtureD()], 1);
    // Adam's first step is the rate in the gradient's direction.
    expectClose(flat(process.getModelWeights(state).trainable), [0.1, 0, 0.1], 4);
    expect(process.getHparams(state)).toMatchObject({ clientWork: {}, finalizer: { learningRate: expect.closeTo(0.1, 6) } });
  });

  it('is gradient descent: five rounds are five steps', async () => {
    using process = algorithms.buildFedSgd(zeroModel());
    const { state } = await train(process, [fourExamples()], 5);
    let [a, b] = [0, 0];
    for (let i = 0; i < 5; i++) {
      const residuals = [0, 1, 2, 3].map((x) => a * x + b - (x > 1 ? 1 : 0));
      const [ga, gb] = [residuals.reduce((s, r, x) => s + r * x, 0) / 2, residuals.reduce((s, r) => s + r, 0) / 2];
      [a, b] = [a - 0.1 * ga, b - 0.1 * gb];
    }
    expectClose(flat(process.getModelWeights(state).trainable), [a, 0, b]);
  });

  it('leaves a weight that the loss does not depend on as it is', async () => {
    const { definition } = zeroModel();
    const unused = new Weight({ name: 'unused', shape: [2] });
    const model = new FederatedModel({ ...definition, trainableVariables: [...definition.trainableVariables, unused] });
    expectClose((await step(model as ReturnType<typeof zeroModel>)).weights, [2.5, 0, 1, 0, 0]);
  });

  it('leaves out a client whose gradient is not finite', async () => {
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.NaN;
    const alone = await step(zeroModel(), [fixtureD()]);
    const both = await step(zeroModel(), [broken, fixtureD()]);
    expect(both.weights).toEqual(alone.weights);
    expect(both.metrics.clientWork?.train).toEqual({ ...(alone.metrics.clientWork?.train as object), num_non_finite_clients: 1 });
    const none = await step(zeroModel(), [broken]);
    expect(none.weights).toEqual([0, 0, 0]);
    expect(none.metrics.finalizer).toEqual({ updateNonFinite: 1 });
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => (c % 2 ? fixtureD() : fourExamples()).withOptions({ shuffle: true, seed: c }));
    await expectSameAtAnyConcurrency(() => algorithms.buildFedSgd(zeroModel(), { seed: 2 }), clients);
  });

  it('refuses bad parts, data and states', async () => {
    const model = zeroModel();
    const build =
      (options: object, m: unknown = model) =>
      () =>
        algorithms.buildFedSgd(m as never, options as never);
    expect(build({}, {})).toThrow(/`model` must be a federated model/);
    expect(build({ modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
    expect(build({ serverOptimizer: 'sgd' })).toThrow(/`serverOptimizer` must be an optimizer/);
    expect(build({ clientOptimizer: sgd(1) })).toThrow(/has no option `clientOptimizer`/);
    using process = algorithms.buildFedSgd(model);
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    using other = algorithms.buildWeightedFedAvg(model, { clientOptimizer: sgd(0.1) });
    await expect(process.next(await other.initialize(), [fixtureD()])).rejects.toThrow(/state of this process/);
  });
});
