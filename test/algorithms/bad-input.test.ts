/** What every algorithm refuses, and that what is refused changes nothing. */
import { describe, expect, it } from 'vitest';
import {
  aggregators,
  algorithms,
  data,
  fromKerasModel,
  keras,
  type LearningProcess,
  type LearningState,
  type Output,
  ops,
  tensor,
  tensorSpec,
} from '../../src/index.js';
import { fixtureD, fourExamples, twoExamples, zeroModel } from '../templates/fixtures.js';
import { EVALUATION, TRAINING } from './every.js';
import { plain } from './fixtures.js';

/** Three clients with names, of several batches. */
const CLIENTS = [fixtureD, fourExamples, twoExamples].map((make, i) => make().withOptions({ batchSize: 1, id: `client ${i}` }));
const client = (x: unknown, y: unknown = tensor([[1], [2]])) => data.clientDataset({ x, y } as never, { id: 'client 1' });
const good = tensor([
  [1, 2],
  [3, 4],
]);

/** Of another number of inputs, and with metrics of some names. */
const otherModel = (features: number, ...names: string[]) =>
  fromKerasModel(keras.sequential([keras.input({ shape: [features] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]), {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, features]), y: tensorSpec([null, 1]) },
    metrics: names.map((name) => keras.metrics.meanAbsoluteError({ name })),
  }) as unknown as ReturnType<typeof zeroModel>;

it('the tables have every builder', () => {
  const here = Object.keys({ ...TRAINING, ...EVALUATION }).map((name) => `build${name[0]?.toUpperCase()}${name.slice(1)}`);
  const built = Object.keys(algorithms).filter((name) => name.startsWith('build'));
  // The one is of points without a model, the other has no state.
  expect([...here, 'buildFedKmeans', 'buildPersonalizationEval'].sort()).toEqual(built.sort());
});

/** That `bad` fails, and that a round from the same state is what it was before. */
async function changesNothing(process: LearningProcess, bad: (state: LearningState) => Promise<void>): Promise<void> {
  const state = await process.initialize();
  const before = plain([state, await process.next(state, CLIENTS)]);
  await bad(state);
  expect(plain([state, await process.next(state, CLIENTS)])).toEqual(before);
}

describe.each(Object.entries({ ...TRAINING, ...EVALUATION }))('%s', (_, build) => {
  it('refuses no clients, data of another structure, and states of others', async () => {
    using process = build(zeroModel());
    using other = build(otherModel(3));
    const otherState = await other.initialize();
    await changesNothing(process, async (state) => {
      const next = (clients: unknown, from: unknown = state) => process.next(from as LearningState, clients as never);
      await expect(next([])).rejects.toThrow('`clients` must be at least one, received none');
      await expect(next(CLIENTS[0])).rejects.toThrow(/`clients` must be a list/);
      const wrong: [unknown, RegExp][] = [
        [client(tensor([[1], [2]])), /`clients\[1\]\.x` must be of shape \[null, 2\]/],
        [client({ a: good }), /`clients\[1\]\.x` must be a tensor/],
        [
          client(
            tensor(
              [
                [1, 2],
                [3, 4],
              ],
              [2, 2],
              'int32',
            ),
          ),
          /`clients\[1\]\.x` must be float32, received int32/,
        ],
        [client(good, []), /`clients\[1\]\.y` must be of shape \[null, 1\], received float32\[0\]/],
        [{}, /`clients\[1\]` must be a clientDataset/],
      ];
      for (const [dataset, message] of wrong) await expect(next([CLIENTS[0], dataset])).rejects.toThrow(message);
      await expect(next(CLIENTS, otherState)).rejects.toThrow(/`state` must be a state of this process/);
      for (const none of [null, {}, [], 'state', { ...state, finalizer: undefined }])
        await expect(next(CLIENTS, none)).rejects.toThrow(/`state` must be a state from `initialize`/);
      const { trainable } = state.globalModelWeights;
      const narrow = { ...state, globalModelWeights: { ...state.globalModelWeights, trainable: trainable.slice(1) } };
      await expect(next(CLIENTS, narrow)).rejects.toThrow(/`state` must be a state of this process/);
    });
  });
});

describe.each(Object.entries(TRAINING))('%s, which trains,', (_, build) => {
  it('refuses a metric of a name that is reported beside, and numbers those of one name', async () => {
    using colliding = build(otherModel(2, 'num_non_finite_clients'));
    await expect(colliding.next(await colliding.initialize(), CLIENTS)).rejects.toThrow(
      '`metrics` must not have the name `num_non_finite_clients`, which is reported beside them',
    );
    using twice = build(otherModel(2, 'error', 'error', 'loss', 'num_examples'));
    const { metrics } = await twice.next(await twice.initialize(), CLIENTS);
    expect(metrics.clientWork?.train).toMatchObject({ error: expect.any(Number), error_1: expect.any(Number), loss_1: expect.any(Number) });
  });
});

/** Those with the option. */
const accepts = (option: string, value: unknown) =>
  Object.entries(TRAINING).filter(([, build]) => {
    try {
      build(zeroModel(), { [option]: value }).dispose();
      return true;
    } catch (error) {
      if (String(error).includes(`has no option \`${option}\``)) return false;
      throw error;
    }
  });

describe.each(accepts('clientWeighting', 'uniform'))('%s, which weighs clients,', (name, build) => {
  const weighted = (weightOf: (examples: Output) => Output) => build(zeroModel(), { clientWeighting: weightOf });

  it('keeps its weights where no client counts', async () => {
    using process = weighted((examples) => ops.mul(examples, 0));
    const state = await process.initialize();
    const next = await process.next(state, CLIENTS);
    expect(plain(next.state.globalModelWeights)).toEqual(plain(state.globalModelWeights));
    expect(plain(next.state.finalizer)).toEqual(plain(state.finalizer));
    const refused =
      name === 'hypCluster' ? { cluster_0: { updateNonFinite: 1 }, cluster_1: { updateNonFinite: 1 } } : { updateNonFinite: 1 };
    expect(next.metrics.finalizer).toEqual(refused);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('fails by name where a weight is %s', async (bad) => {
    // Half of a client's examples come after a reconstruction.
    const limit = name === 'fedRecon' ? 1.5 : 3;
    using process = weighted((examples) => ops.where(ops.greater(examples, limit), bad, examples));
    const state = await process.initialize();
    const two = [CLIENTS[2], CLIENTS[1]] as data.ClientDataset[];
    await expect(process.next(state, two)).rejects.toThrow(
      /^clients\[1\]: `clientWeighting` must give a finite number that is not negative/,
    );
    const { failures } = await process.next(state, two, { minCompletionRate: 0.5 });
    expect(failures.map(({ position }) => position)).toEqual([1]);
  });
});

describe.each(accepts('modelAggregator', undefined))('%s, which takes an aggregator,', (_, build) => {
  it('refuses one that weighs clients as it does not, or the other way round', () => {
    const [mean, unweighted] = [aggregators.mean(), aggregators.unweightedMean()];
    const refused = [mean, unweighted].filter((modelAggregator) => {
      try {
        build(zeroModel(), { modelAggregator }).dispose();
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        expect(String(error)).toMatch(/`modelAggregator` must be an? (un)?weighted aggregator \((Unw|W)eightedAggregationFactory\)/);
        return true;
      }
    });
    expect(refused).toHaveLength(1);
  });
});
