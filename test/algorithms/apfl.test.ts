/** APFL's steps as its paper has them, written out here for a model of one weight, and clients that differ. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { fixtureD, flat, zeroModel } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

/** `y = w x` from `w = 0.5`. */
const scalarModel = () =>
  fromKerasModel(
    keras.sequential([
      keras.input({ shape: [1] }),
      keras.layers.dense({ units: 1, useBias: false, kernelInitializer: keras.initializers.constant({ value: 0.5 }) }),
    ]),
    { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) } },
  );
const client = (id: string, xy: readonly (readonly [number, number])[]) =>
  data.clientDataset({ x: tensor(xy.map(([x]) => [x])), y: tensor(xy.map(([, y]) => [y])) }, { id, batchSize: 1 });

const A = [
  [1, 3],
  [2, 5],
  [1, 2],
] as const;
const B = [
  [1, -1],
  [2, 0],
] as const;
const CLIENTS = () => [client('a', A), client('b', B)];

/** One client's round by the paper: `w`, `v` and `α` after one step per example. */
function paper(w: number, v: number, a: number, xy: readonly (readonly [number, number])[], rate: number, adaptive: boolean) {
  let loss = 0;
  for (const [x, y] of xy) {
    const mixed = a * v + (1 - a) * w;
    const [ofServer, ofMixed] = [2 * (w * x - y) * x, 2 * (mixed * x - y) * x];
    loss += (mixed * x - y) ** 2;
    [w, v, a] = [w - rate * ofServer, v - rate * a * ofMixed, adaptive ? Math.min(1, Math.max(0, a - rate * (v - w) * ofMixed)) : a];
  }
  return { w, v, a, loss };
}

describe('buildApfl', () => {
  it.each([true, false])("makes the paper's steps (adaptive: %s)", async (adaptive) => {
    const rate = 0.03;
    using process = algorithms.buildApfl(scalarModel(), { clientOptimizer: sgd(rate), mixing: 0.4, adaptive });
    let state = await process.initialize();
    let [w, va, vb, aa, ab] = [0.5, 0.5, 0.5, 0.4, 0.4];
    for (let round = 0; round < 4; round++) {
      const output = await process.next(state, CLIENTS());
      ({ state } = output);
      const [ra, rb] = [paper(w, va, aa, A, rate, adaptive), paper(w, vb, ab, B, rate, adaptive)];
      [va, aa, vb, ab] = [ra.v, ra.a, rb.v, rb.a];
      w -= (3 * (w - ra.w) + 2 * (w - rb.w)) / 5;
      expect(flat(process.getModelWeights(state).trainable)[0]).toBeCloseTo(w, 5);
      expect(flat(process.getClientWeights(state, 'a').trainable)[0]).toBeCloseTo(aa * va + (1 - aa) * w, 5);
      expect(flat(process.getClientWeights(state, 'b').trainable)[0]).toBeCloseTo(ab * vb + (1 - ab) * w, 5);
      expect(output.metrics.clientWork?.mixing).toBeCloseTo((aa + ab) / 2, 5);
      expect(output.metrics.clientWork?.train?.loss).toBeCloseTo((ra.loss + rb.loss) / 5, 4);
    }
    if (adaptive) expect(aa).not.toBeCloseTo(0.4, 3);
    else expect(plain(state.clients)).toMatchObject({ a: { mixing: [String(Math.fround(0.4))] } });
  });

  it('is FedAvg for the server, whatever clients mix', async () => {
    using apfl = algorithms.buildApfl(zeroModel(), { clientOptimizer: sgd(0.1) });
    using fedAvg = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1) });
    const a = await train(apfl, [fixtureD().withOptions({ id: 'd' })], 3);
    const b = await train(fedAvg, [fixtureD()], 3);
    const expected = flat(fedAvg.getModelWeights(b.state).trainable);
    flat(apfl.getModelWeights(a.state).trainable).forEach((w, i) => expect(w).toBeCloseTo(expected[i] as number, 6));
  });

  it('keeps shares within 0 and 1', async () => {
    using process = algorithms.buildApfl(scalarModel(), { clientOptimizer: sgd(0.2), mixing: 0.9 });
    const { state } = await train(process, CLIENTS(), 20);
    for (const kept of Object.values(plain(state.clients) as Record<string, { mixing: string[] }>)) {
      expect(Number(kept.mixing[0])).toBeGreaterThanOrEqual(0);
      expect(Number(kept.mixing[0])).toBeLessThanOrEqual(1);
    }
  });

  it('goes on from a state as if it had never stopped, and keeps what absent clients have', async () => {
    const options = { clientOptimizer: sgd(0.05) };
    using one = algorithms.buildApfl(scalarModel(), options);
    const first = await train(one, CLIENTS(), 1);
    const second = await train(one, CLIENTS().slice(0, 1), 1, first.state);
    using other = algorithms.buildApfl(scalarModel(), options);
    const resumed = await train(other, CLIENTS().slice(0, 1), 1, first.state);
    expect(plain(resumed.state)).toEqual(plain(second.state));
    expect(plain(second.state.clients.b)).toEqual(plain(first.state.clients.b));
    expect(() => one.getClientWeights(first.state, 'c')).toThrow(/`id` must be a client/);
  });

  it('fits clients that disagree, which one model cannot', async () => {
    const random = new Random(2);
    const clients = Array.from({ length: 8 }, (_, c) => {
      const x = Array.from({ length: 20 }, () => [random.normal(), random.normal()]);
      const y = x.map(([a, b]) => [(c % 2 ? 2 : -2) * (a as number) + (b as number)]);
      return data.clientDataset({ x: tensor(x), y: tensor(y) }, { id: `client ${c}`, batchSize: 5 });
    });
    using apfl = algorithms.buildApfl(zeroModel(), { clientOptimizer: sgd(0.1) });
    const { state, metrics } = await train(apfl, clients, 40);
    const losses = metrics.map((m) => (m as { clientWork: { train: { loss: number } } }).clientWork.train.loss);
    // The best single model has a loss of 4.
    expect(losses[39]).toBeLessThan(0.1);
    const model = zeroModel();
    for (const [c, dataset] of clients.entries()) {
      model.setWeights(apfl.getClientWeights(state, `client ${c}`));
      const { loss } = await model.forwardPass({ x: dataset.x, y: dataset.y } as never);
      expect(loss).toBeLessThan(0.2);
    }
  });

  it('leaves a client as it was whose training is not finite', async () => {
    const broken = client('a', [[Number.NaN, 1]]);
    using process = algorithms.buildApfl(scalarModel(), { clientOptimizer: sgd(0.1) });
    const { state, metrics } = await train(process, [broken, client('b', B)], 1);
    expect(metrics[0]).toMatchObject({ clientWork: { train: { num_examples: 2, num_non_finite_clients: 1 } } });
    expect(plain(state.clients.a)).toEqual({ mixing: ['0.5'], personal: [['0.5']] });
    expect((metrics[0] as { clientWork: { mixing: number } }).clientWork.mixing).toBeCloseTo(
      Number((plain(state.clients.b) as { mixing: string[] }).mixing[0]),
      6,
    );
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) =>
      client(`${c}`, [
        [c, 1],
        [1, c],
        [0.5, 2],
      ]).withOptions({ shuffle: true }),
    );
    await expectSameAtAnyConcurrency(() => algorithms.buildApfl(scalarModel(), { clientOptimizer: sgd(0.001), seed: 1 }), clients);
  });

  it('refuses bad parts, clients without names, and states of others', async () => {
    const build =
      (options: object, model: unknown = scalarModel()) =>
      () =>
        algorithms.buildApfl(model as never, options as never);
    expect(build({ clientOptimizer: sgd(0.1), mixing: 1.5 })).toThrow(/`mixing` must be/);
    expect(build({ clientOptimizer: sgd(0.1), adaptive: 1 })).toThrow(/`adaptive` must be true or false/);
    expect(build({})).toThrow(/`clientOptimizer` must be an optimizer/);
    expect(build({ clientOptimizer: sgd(0.1), alpha: 1 })).toThrow(/has no option `alpha`/);
    expect(build({ clientOptimizer: sgd(0.1) }, {})).toThrow(/`model` must be a federated model/);
    using process = algorithms.buildApfl(scalarModel(), { clientOptimizer: sgd(0.1) });
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    await expect(process.next(state, [client('a', A), client('a', B)])).rejects.toThrow(/another client than "a"/);
    const anonymous = data.clientDataset({ x: tensor([[1]]), y: tensor([[1]]) });
    await expect(process.next(state, [anonymous])).rejects.toThrow(/must have a name/);
    const weightless = {
      clientOptimizer: sgd(0.1),
      clientWeighting: (examples: { graph: { constant(value: number): unknown } }) => examples.graph.constant(0),
    };
    using nothing = algorithms.buildApfl(scalarModel(), weightless as never);
    const { state: same, metrics } = await nothing.next(await nothing.initialize(), CLIENTS());
    expect(metrics.finalizer).toEqual({ updateNonFinite: 1 });
    expect(flat(same.globalModelWeights.trainable)).toEqual([0.5]);
    const other = { ...state, clients: { a: { personal: [tensor([[1, 2]])], mixing: tensor(0.5) } } };
    await expect(process.next(other, CLIENTS())).rejects.toThrow(/state of this process/);
  });
});
