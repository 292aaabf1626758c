/** What becomes of batch normalisation's averages and of personal variables, in numbers. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { flat, fourExamples, twoExamples, zeroModel } from './fixtures.js';

type Options = Omit<Parameters<typeof algorithms.buildWeightedFedAvg>[1], 'clientOptimizer'>;
const clientOptimizer = optimizers.sgdm({ learningRate: 0.01 });
const weighted = (model: ReturnType<typeof zeroModel>, options: Options = {}) =>
  algorithms.buildWeightedFedAvg(model, { clientOptimizer, ...options });

/** Averages that go half of the way in each step. */
const normalized = fromKerasModel(
  keras.sequential([
    keras.input({ shape: [2] }),
    keras.layers.batchNormalization({ momentum: 0.5 }),
    keras.layers.dense({ units: 1, kernelInitializer: 'ones' }),
  ]),
  { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } },
) as ReturnType<typeof zeroModel>;
/** Means 1.5 and 0, variances 1.25 and 0; means 2 and 3, variances 1 and 1. */
const A = () => fourExamples().withOptions({ id: 'a' });
const B = () => twoExamples().withOptions({ id: 'b' });
const broken = (id: string) => data.clientDataset({ x: tensor([[Number.NaN, 0]]), y: tensor([[1]]) }, { id });

/** Weights as numbers. */
const parts = (weights: { readonly trainable: readonly unknown[]; readonly nonTrainable: readonly unknown[] }) => ({
  trainable: flat(weights.trainable as []),
  nonTrainable: flat(weights.nonTrainable as []),
});
const near = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 5));

describe('batchNorm', () => {
  it("is the server's own by default: its averages stay as they are", async () => {
    using process = weighted(normalized);
    const { state } = await process.next(await process.initialize(), [A(), B()]);
    expect(parts(process.getModelWeights(state)).nonTrainable).toEqual([0, 0, 1, 1]);
    expect(state.clients).toEqual({});
  });

  it('may be aggregated: the server has the average of what clients end with', async () => {
    const round = async (process: ReturnType<typeof weighted>) => {
      const { state } = await process.next(await process.initialize(), [A(), B()]);
      return parts(process.getModelWeights(state));
    };
    using byExamples = weighted(normalized, { batchNorm: 'aggregate' });
    const received = await round(byExamples);
    expect(received.nonTrainable).toEqual(near([(4 * 0.75 + 2) / 6, 0.5, (4 * 1.125 + 2) / 6, (4 * 0.5 + 2) / 6]));
    using ofServer = weighted(normalized);
    expect(received.trainable).toEqual((await round(ofServer)).trainable);
    using unweighted = algorithms.buildUnweightedFedAvg(normalized, { clientOptimizer, batchNorm: 'aggregate' });
    expect((await round(unweighted)).nonTrainable).toEqual(near([0.875, 0.75, 1.0625, 0.75]));
  });

  it('goes on from step to step and from round to round where it is aggregated', async () => {
    using process = weighted(normalized, { batchNorm: 'aggregate', localSteps: 2 });
    const first = await process.next(await process.initialize(), [A()]);
    expect(parts(process.getModelWeights(first.state)).nonTrainable).toEqual(near([1.125, 0, 1.1875, 0.25]));
    const { state } = await process.next(first.state, [A()]);
    expect(parts(process.getModelWeights(state)).nonTrainable).toEqual(near([1.40625, 0, 1.234375, 0.0625]));
    const { state: same, metrics } = await process.next(state, [broken('c')]);
    expect(metrics.finalizer).toEqual({ updateNonFinite: 1 });
    expect(parts(process.getModelWeights(same))).toEqual(parts(process.getModelWeights(state)));
  });

  it('may stay on each client, with what is trained of it (FedBN)', async () => {
    using process = weighted(normalized, { batchNorm: 'local' });
    let { state } = await process.next(await process.initialize(), [A(), B()]);
    const server = parts(process.getModelWeights(state));
    expect(server.nonTrainable).toEqual([0, 0, 1, 1]);
    // Gamma, then beta; the kernel has moved.
    expect(server.trainable.slice(0, 4)).toEqual([1, 1, 0, 0]);
    expect(server.trainable[4]).not.toBe(1);
    const [a, b] = [parts(process.getClientWeights(state, 'a')), parts(process.getClientWeights(state, 'b'))];
    expect(a.nonTrainable).toEqual(near([0.75, 0, 1.125, 0.5]));
    expect(b.nonTrainable).toEqual(near([1, 1.5, 1, 1]));
    expect(a.trainable.slice(4)).toEqual(server.trainable.slice(4));
    expect(a.trainable.slice(0, 4)).not.toEqual(b.trainable.slice(0, 4));
    // Who is not in a round keeps what it has, and so does who fails.
    ({ state } = await process.next(state, [B()]));
    expect(parts(process.getClientWeights(state, 'a')).nonTrainable).toEqual(a.nonTrainable);
    expect(parts(process.getClientWeights(state, 'b')).nonTrainable).toEqual(near([1.5, 2.25, 1, 1]));
    const before = parts(process.getClientWeights(state, 'b'));
    const given = process.getClientWeights(state, 'b');
    for (const t of [...given.trainable, ...given.nonTrainable]) t.dispose();
    expect(parts(process.getClientWeights(state, 'b'))).toEqual(before);
    ({ state } = await process.next(state, [broken('b')]));
    expect(parts(process.getClientWeights(state, 'b'))).toEqual(before);
  });

  it('on one client alone is the same as aggregated', async () => {
    using local = weighted(normalized, { batchNorm: 'local' });
    using aggregated = weighted(normalized, { batchNorm: 'aggregate' });
    let [a, b] = [await local.initialize(), await aggregated.initialize()];
    for (let round = 0; round < 3; round++) {
      [a, b] = [(await local.next(a, [A()])).state, (await aggregated.next(b, [A()])).state];
    }
    const { trainable, nonTrainable } = parts(aggregated.getModelWeights(b));
    expect(parts(local.getClientWeights(a, 'a'))).toEqual({ trainable: near(trainable), nonTrainable: near(nonTrainable) });
  });
});

describe('personalVariables', () => {
  /** One step on one batch from a kernel and a bias. */
  function step([k0, k1, bias]: readonly number[], rows: readonly (readonly [number, number, number])[]): number[] {
    const residuals = rows.map(([x0, x1, y]) => (k0 as number) * x0 + (k1 as number) * x1 + (bias as number) - y);
    const gradient = (column: (i: number) => number) => (2 * residuals.reduce((sum, r, i) => sum + r * column(i), 0)) / rows.length;
    return [
      (k0 as number) - 0.01 * gradient((i) => rows[i]?.[0] as number),
      (k1 as number) - 0.01 * gradient((i) => rows[i]?.[1] as number),
      (bias as number) - 0.01 * gradient(() => 1),
    ];
  }
  const ROWS_A = [0, 1, 2, 3].map((x) => [x, 0, x > 1 ? 1 : 0] as const);
  const ROWS_B = [
    [1, 2, 1],
    [3, 4, 2],
  ] as const;

  it('stay on each client, and are what it goes on from', async () => {
    using process = weighted(zeroModel(), { personalVariables: (v) => v.path.endsWith('bias') });
    let state = await process.initialize();
    let [kernel, biasA, biasB] = [[0, 0], 0, 0];
    for (let round = 0; round < 3; round++) {
      ({ state } = await process.next(state, [A(), B()]));
      const [a, b] = [step([...kernel, biasA], ROWS_A), step([...kernel, biasB], ROWS_B)];
      kernel = [0, 1].map((i) => (4 * (a[i] as number) + 2 * (b[i] as number)) / 6);
      [biasA, biasB] = [a[2] as number, b[2] as number];
      expect(parts(process.getModelWeights(state)).trainable).toEqual(near([...kernel, 0]));
      expect(parts(process.getClientWeights(state, 'a')).trainable).toEqual(near([...kernel, biasA]));
      expect(parts(process.getClientWeights(state, 'b')).trainable).toEqual(near([...kernel, biasB]));
    }
    expect(() => process.getClientWeights(state, 'c')).toThrow(/`id` must be a client that has kept weights of its own/);
  });

  it("leave the server's optimizer alone", async () => {
    using process = weighted(zeroModel(), {
      personalVariables: (v) => v.path.endsWith('kernel'),
      serverOptimizer: optimizers.adam({ learningRate: 0.1 }),
    });
    const { state } = await process.next(await process.initialize(), [A()]);
    expect(parts(process.getModelWeights(state)).trainable).toEqual([0, 0, expect.closeTo(0.1, 3)]);
    const { accumulator } = state.finalizer as unknown as { accumulator: [] };
    expect(flat(accumulator)).toEqual(near([0, 0, -0.1 * 0.01]));
  });
});

it('bad options, clients without names, and states of others are refused', async () => {
  const build = (options: object) => () => weighted(zeroModel(), options as Options);
  expect(build({ batchNorm: 'client' })).toThrow(/`batchNorm` must be one of "server", "aggregate", "local", received "client"/);
  expect(build({ batchNorm: true })).toThrow(TypeError);
  expect(build({ personalVariables: 'bias' })).toThrow(/`personalVariables` must be a function/);
  expect(build({ personalVariables: () => 1 })).toThrow(/what `personalVariables` returns/);
  expect(build({ personalVariables: () => true })).toThrow(/must leave some trainable variables to share/);
  using process = weighted(normalized, { batchNorm: 'local' });
  const state = await process.initialize();
  await expect(process.next(state, [fourExamples()])).rejects.toThrow(/`clients\[0\]` must have a name/);
  await expect(process.next(state, [A(), A()])).rejects.toThrow(/must be another client than "a"/);
  const { state: after } = await process.next(state, [A()]);
  using ofServer = weighted(normalized);
  await expect(ofServer.next(after, [A()])).rejects.toThrow(/clients keep nothing here/);
});
