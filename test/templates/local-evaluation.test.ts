/** Metrics before and after a client's training, against evaluations by themselves. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, fromKerasModel, keras, metrics, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { TRAINING } from '../algorithms/every.js';
import { flat, zeroModel } from './fixtures.js';

const clientOptimizer = optimizers.sgdm({ learningRate: 0.05 });
type Reported = Record<string, Record<string, unknown>>;

/** Clients of several sizes, whose lines differ. */
function clients(options: object = {}, sizes = [7, 4, 9]) {
  const random = new Random(5);
  return sizes.map((size, c) => {
    const x = Float32Array.from({ length: 2 * size }, () => random.normal());
    const y = Float32Array.from({ length: size }, (_, i) => (c + 1) * (x[2 * i] as number) - 0.5);
    return data.clientDataset({ x: tensor(x, [size, 2]), y: tensor(y, [size, 1]) }, { batchSize: 3, id: `client${c}`, ...options });
  });
}

/** A round's metrics of the client work, and the weights after it. */
async function round(build: (options: object) => ReturnType<typeof algorithms.buildWeightedFedAvg>, options: object, cohort = clients()) {
  using process = build(options);
  const { state, metrics: reported } = await process.next(await process.initialize(), cohort);
  const weights = process.getModelWeights(state);
  return { state, reported: reported.clientWork as unknown as Reported, weights };
}
const fedAvg = (options: object) => algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer, ...options });

/** What federated evaluation says of weights. */
async function evaluated(weights: ReturnType<ReturnType<typeof zeroModel>['getWeights']>, cohort = clients(), options: object = {}) {
  using process = algorithms.buildFedEval(zeroModel(), options);
  const state = process.setModelWeights(await process.initialize(), weights);
  const { metrics: reported } = await process.next(state, cohort);
  return (reported.clientWork as unknown as { eval: { currentRoundMetrics: object } }).eval.currentRoundMetrics;
}

describe('localEvaluation', () => {
  it('is before training what federated evaluation says, bit for bit', async () => {
    const { weights } = await round(fedAvg, {});
    using process = fedAvg({ localEvaluation: 'both' });
    const start = process.setModelWeights(await process.initialize(), weights);
    const { metrics: reported } = await process.next(start, clients());
    expect(reported.clientWork).toMatchObject({ beforeTraining: await evaluated(weights) });
    expect(await evaluated(weights)).toMatchObject({ num_examples: 20, num_batches: 8 });
  });

  it('is after training what an evaluation of each own model says, bit for bit', async () => {
    for (const client of clients()) {
      const build = (options: object) => algorithms.buildUnweightedFedAvg(zeroModel(), { clientOptimizer, ...options });
      const { reported, weights } = await round(build, { localEvaluation: 'both' }, [client]);
      // One client's update from zeros makes its own model the server's.
      expect(reported.afterTraining).toEqual(await evaluated(weights, [client]));
      using personal = algorithms.buildPersonalizationEval(zeroModel(), { strategies: { own: { optimizer: clientOptimizer } } });
      const found = (await personal.run(zeroModel().getWeights(), [{ trainData: client, testData: client }])).metrics as unknown as Record<
        string,
        { loss: { data: number[] } }
      >;
      expect(reported.beforeTraining?.loss).toBe(found.baselineMetrics?.loss.data[0]);
      expect(reported.afterTraining?.loss).toBe(found.own?.loss.data[0]);
      expect(reported.afterTraining?.loss).toBeLessThan(reported.beforeTraining?.loss as number);
    }
  });

  it('adds up over the clients, of which each has its own model', async () => {
    const all = await round(fedAvg, { localEvaluation: 'after' });
    const alone = await Promise.all(clients().map((client) => round(fedAvg, { localEvaluation: 'after' }, [client])));
    const total = alone.reduce((t, { reported: { afterTraining: m } }) => t + (m?.loss as number) * (m?.num_examples as number), 0);
    expect(all.reported.afterTraining?.loss).toBeCloseTo(total / 20, 5);
    expect(all.reported.afterTraining).not.toEqual(await evaluated(all.weights));
  });

  it.each([
    ['before', ['beforeTraining']],
    ['after', ['afterTraining']],
    ['both', ['afterTraining', 'beforeTraining']],
    [undefined, []],
  ] as const)('may be %s', async (localEvaluation, names) => {
    const { reported, state } = await round(fedAvg, { localEvaluation });
    expect(Object.keys(reported).sort()).toEqual([...names, 'train'].sort());
    expect(Object.keys(state.clientWork as object).includes('localEvaluation')).toBe(names.length > 0);
  });

  it('takes every example once, whatever the number of epochs and steps, and in any order', async () => {
    for (const options of [{ epochs: 3 }, { shuffle: true, epochs: 2 }, { dropRemainder: false }]) {
      const { reported } = await round(fedAvg, { localEvaluation: 'both' }, clients(options));
      expect(reported.beforeTraining).toEqual(await evaluated(zeroModel().getWeights()));
      expect(reported.afterTraining).toMatchObject({ num_examples: 20, num_batches: 8 });
    }
    for (const localSteps of [1, 30]) {
      const { reported } = await round(fedAvg, { localEvaluation: 'both', localSteps });
      expect(reported.train?.num_batches).toBe(3 * localSteps);
      expect(reported.beforeTraining).toMatchObject({ num_examples: 20, num_batches: 8 });
    }
  });

  it('goes on from its state', async () => {
    using process = fedAvg({ localEvaluation: 'both', metricsAggregator: metrics.perClient() });
    let state = await process.initialize();
    for (let r = 0; r < 3; r++) {
      const before = await evaluated(process.getModelWeights(state), clients(), { metricsAggregator: metrics.perClient() });
      const output = await process.next(state, clients());
      ({ state } = output);
      expect((output.metrics.clientWork as unknown as Reported).beforeTraining).toEqual(before);
    }
  });
});

describe('localEvaluation with other parts', () => {
  const { fedSgd, ...others } = TRAINING;
  it.each(Object.keys(others))('of %s changes nothing else', async (name) => {
    const build = (options: object) => (TRAINING[name] as (typeof TRAINING)[string])(zeroModel(), { ...options }) as never;
    const plain = await round(build, {});
    const both = await round(build, { localEvaluation: 'both' });
    expect(flat(both.weights.trainable)).toEqual(flat(plain.weights.trainable));
    const { beforeTraining, afterTraining, ...rest } = both.reported;
    expect(rest).toEqual(plain.reported);
    expect(Number(afterTraining?.loss)).toBeLessThan(Number(beforeTraining?.loss));
    expect(afterTraining?.num_examples).toBe(beforeTraining?.num_examples);
    // FedRecon's clients begin with local variables of their own and half of the data, HypCluster's with one of several models.
    if (!['fedRecon', 'hypCluster', 'apfl'].includes(name)) expect(beforeTraining).toEqual(await evaluated(zeroModel().getWeights()));
    if (name !== 'fedRecon') expect(beforeTraining?.num_examples).toBe(20);
  });

  it('is no option of FedSGD, whose clients do not train', () => {
    expect(() => fedSgd?.(zeroModel(), { localEvaluation: 'both' })).toThrow('has no option `localEvaluation`');
  });

  it('leaves out a client whose training is not finite', async () => {
    const [a, b] = clients();
    const bad = data.clientDataset({ x: tensor([[1, 1]]), y: tensor([[Number.NaN]]) }, { batchSize: 3, id: 'bad' });
    const good = await round(fedAvg, { localEvaluation: 'both' }, [a, b] as never);
    const { reported } = await round(fedAvg, { localEvaluation: 'both' }, [a, bad, b] as never);
    expect(reported.train?.num_non_finite_clients).toBe(1);
    for (const moment of ['beforeTraining', 'afterTraining']) expect(reported[moment]).toEqual(good.reported[moment]);
  });

  it('samples the same clients for all, in the same order', async () => {
    const metricsAggregator = metrics.finalizeThenSample({ sampleSize: 2 });
    const { reported } = await round(fedAvg, { localEvaluation: 'both', metricsAggregator });
    const sizes = (moment: string) =>
      Array.from((reported[moment] as Record<string, { data: Int32Array }>).num_examples?.data ?? [], Number);
    expect(sizes('train')).toHaveLength(2);
    expect(sizes('beforeTraining')).toEqual(sizes('train'));
    expect(sizes('afterTraining')).toEqual(sizes('train'));
  });

  it('is summed by a protocol', async () => {
    const plain = await round(fedAvg, { localEvaluation: 'both' });
    const metricsAggregator = metrics.secureSumThenFinalize({
      metricValueRanges: { loss: [[0, 500], null] },
      protocol: aggregators.additiveSharing(),
    });
    const { reported } = await round(fedAvg, { localEvaluation: 'both', metricsAggregator });
    for (const moment of ['beforeTraining', 'afterTraining']) {
      expect(reported[moment]?.loss).toBeCloseTo(plain.reported[moment]?.loss as number, 2);
      expect(reported[moment]?.num_examples).toBe(20);
    }
  });

  it('evaluates with the averages that a client has, where it keeps them', async () => {
    const model = () =>
      fromKerasModel(
        keras.sequential([
          keras.input({ shape: [2] }),
          keras.layers.batchNormalization({ momentum: 0.1 }),
          keras.layers.dense({ units: 1, kernelInitializer: 'ones' }),
        ]),
        { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } },
      );
    const shifted = data.clientDataset(
      {
        x: tensor([
          [90, 40],
          [110, 60],
          [100, 50],
        ]),
        y: tensor([[-1], [1], [0]]),
      },
      { batchSize: 3, id: 'a', epochs: 20 },
    );
    const run = async (batchNorm: string) => {
      const build = (options: object) =>
        algorithms.buildWeightedFedAvg(model(), {
          clientOptimizer: optimizers.sgdm({ learningRate: 1e-6 }),
          batchNorm: batchNorm as never,
          ...options,
        });
      return (await round(build, { localEvaluation: 'both' }, [shifted])).reported;
    };
    const [server, local] = [await run('server'), await run('local')];
    expect(server.beforeTraining).toEqual(local.beforeTraining);
    expect(Number(server.afterTraining?.loss)).toBeGreaterThan(1000);
    expect(Number(local.afterTraining?.loss)).toBeLessThan(10);
  });

  it('refuses what it does not know', () => {
    expect(() => fedAvg({ localEvaluation: 'always' })).toThrow(
      '`localEvaluation` must be one of "before", "after", "both", received "always"',
    );
    expect(() => fedAvg({ localEvaluation: true })).toThrow(TypeError);
  });
});

describe('localEvaluation with a validation split', () => {
  /** Rows of a client as one of their own. */
  const rows = (client: data.ClientDataset, begin: number, end: number, options: object = {}) => {
    const part = (t: unknown, width: number) => {
      const values = (t as { data: Float32Array }).data.slice(begin * width, end * width);
      return tensor(values, [end - begin, width]);
    };
    return data.clientDataset({ x: part(client.x, 2), y: part(client.y, 1) }, { batchSize: 3, id: client.id as string, ...options });
  };
  /** Of 7, 4 and 9 examples, by pfl's `int(n * fraction)`. */
  const halves = (options: object = {}, ends = [5, 2, 6]) => ({
    train: clients().map((c, i) => rows(c, 0, ends[i] as number, options)),
    validation: clients().map((c, i) => rows(c, ends[i] as number, [7, 4, 9][i] as number)),
  });
  const localEvaluation = { when: 'both', trainFraction: 0.72 } as const;

  const { fedSgd: _, ...others } = TRAINING;
  it.each(Object.keys(others))('of %s is a round of the examples that are left, and evaluations of the others', async (name) => {
    const build = (options: object) => (TRAINING[name] as (typeof TRAINING)[string])(zeroModel(), { ...options }) as never;
    const { train, validation } = halves({ epochs: 2 });
    const expected = await round(build, { localEvaluation: 'both' }, train);
    const { reported, weights } = await round(build, { localEvaluation }, clients({ epochs: 2 }));
    expect(flat(weights.trainable)).toEqual(flat(expected.weights.trainable));
    const { validationBeforeTraining: before, validationAfterTraining: after, ...rest } = reported;
    expect(rest).toEqual(expected.reported);
    expect(before?.num_examples).toBe(2 + 2 + 3);
    expect(after?.num_examples).toBe(2 + 2 + 3);
    expect(Number(after?.loss)).toBeLessThan(Number(before?.loss));
    if (!['fedRecon', 'hypCluster', 'apfl'].includes(name)) expect(before).toEqual(await evaluated(zeroModel().getWeights(), validation));
  });

  it('is after training what an evaluation of each own model says of what it has not seen', async () => {
    const { train, validation } = halves({ shuffle: true });
    const build = (options: object) => algorithms.buildUnweightedFedAvg(zeroModel(), { clientOptimizer, ...options });
    for (const [i, client] of clients({ shuffle: true }).entries()) {
      const { reported, weights } = await round(build, { localEvaluation: { trainFraction: 0.72 } }, [client]);
      const own = await round(build, {}, [train[i] as data.ClientDataset]);
      expect(flat(weights.trainable)).toEqual(flat(own.weights.trainable));
      expect(reported.validationAfterTraining).toEqual(await evaluated(weights, [validation[i] as data.ClientDataset]));
      expect(reported.afterTraining).toEqual(await evaluated(weights, [halves().train[i] as data.ClientDataset]));
    }
  });

  // pfl's `Dataset.split`: int(n * fraction), then room for validation, then for training.
  it.each([
    [{}, [5, 3, 7]],
    [{ trainFraction: 0.5 }, [3, 2, 4]],
    [{ trainFraction: 0 }, [1, 1, 1]],
    [{ trainFraction: 1 }, [6, 3, 8]],
    [{ trainFraction: 1, minValidationSize: 3 }, [4, 1, 6]],
    [{ trainFraction: 0.1, minTrainSize: 3 }, [3, 3, 3]],
    [{ trainFraction: 0.9, minTrainSize: 2, minValidationSize: 2 }, [5, 2, 7]],
  ])('with %j trains with %j examples', async (options, sizes) => {
    const metricsAggregator = metrics.finalizeThenSample();
    const { reported } = await round(fedAvg, { localEvaluation: options, metricsAggregator });
    const count = (moment: string) => Array.from((reported[moment] as Record<string, { data: number[] }>).num_examples?.data ?? [], Number);
    expect(count('train').sort()).toEqual([...sizes].sort());
    const left = sizes.map((size, i) => ([7, 4, 9][i] as number) - size);
    expect(count('validationBeforeTraining').sort()).toEqual(left.sort());
  });

  it('leaves a remainder that is dropped out of both parts, and counts clients by what they train with', async () => {
    const { train } = halves({}, [4, 2, 7]);
    const { reported, weights } = await round(fedAvg, { localEvaluation: {} }, clients({ dropRemainder: true }));
    // Of 6, 3 and 9 examples.
    const expected = await round(fedAvg, {}, train);
    expect(flat(weights.trainable)).toEqual(flat(expected.weights.trainable));
    expect(reported.train?.num_examples).toBe(4 + 2 + 7);
    expect(reported.validationAfterTraining?.num_examples).toBe(2 + 1 + 2);
  });

  it.each([
    ['before', ['beforeTraining', 'validationBeforeTraining']],
    ['after', ['afterTraining', 'validationAfterTraining']],
  ] as const)('may be %s', async (when, names) => {
    const { reported } = await round(fedAvg, { localEvaluation: { when } });
    expect(Object.keys(reported).sort()).toEqual([...names, 'train'].sort());
  });

  it('fails a client that has not enough for both parts', async () => {
    const options = { localEvaluation: { minTrainSize: 2, minValidationSize: 3 } };
    await expect(round(fedAvg, options)).rejects.toThrow(/^clients\[1\]: `localEvaluation` needs 5 examples of each client/);
    using process = fedAvg(options);
    const { failures, metrics: reported } = await process.next(await process.initialize(), clients(), { minCompletionRate: 0.5 });
    expect(failures.map(({ position }) => position)).toEqual([1]);
    expect(reported.clientWork?.train?.num_examples).toBe(4 + 6);
  });

  it('refuses options that it does not know or that are out of range', () => {
    const refused = (options: object) => expect(() => fedAvg({ localEvaluation: options }));
    refused({ when: 'never' }).toThrow('`localEvaluation.when` must be one of "before", "after", "both", received "never"');
    refused({ fraction: 0.5 }).toThrow('`localEvaluation` has no option `fraction`');
    refused({ trainFraction: 1.1 }).toThrow('`localEvaluation.trainFraction` must be a finite number in');
    refused({ trainFraction: '1' }).toThrow('`localEvaluation.trainFraction` must be');
    refused({ minTrainSize: 0 }).toThrow('`localEvaluation.minTrainSize` must be');
    refused({ minValidationSize: 1.5 }).toThrow('`localEvaluation.minValidationSize` must be');
    refused(null as never).toThrow('`localEvaluation` must be one of');
  });
});
