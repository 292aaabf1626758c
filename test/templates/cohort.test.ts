/** Rounds that some clients do not complete. */
import { describe, expect, it } from 'vitest';
import {
  aggregators,
  algorithms,
  ClientTimeoutError,
  data,
  type LearningProcess,
  type LearningState,
  optimizers,
  TooFewClientsError,
  tensor,
  tensorSpec,
} from '../../src/index.js';
import { Random } from '../../src/random.js';
import { Cohort } from '../../src/templates/cohort.js';
import { fixtureD, flat, randomModel, zeroModel } from './fixtures.js';

type Client = data.ClientDataset | (() => data.ClientDataset | Promise<data.ClientDataset>);
const clientOptimizer = optimizers.sgdm({ learningRate: 0.1 });

const random = new Random(3);
const client = (id: string, label = random.integer(3)) =>
  data.clientDataset(
    {
      x: tensor(
        Float32Array.from({ length: 20 }, () => random.normal()),
        [5, 4],
      ),
      y: tensor(Int32Array.of(0, 1, 2, 1, label)),
    },
    { batchSize: 2, shuffle: true, id },
  );
const unreachable = () => Promise.reject(new Error('no such file'));
const never = () => new Promise<never>(() => {});
/** A class that the model does not have fails in TensorFlow. */
const untrainable = (id: string) => client(id, 9);
/** Fails when it is loaded for the `n`-th time, from 1 on, and later. */
const failingFrom = (n: number, dataset: data.ClientDataset): Client => {
  let loads = 0;
  return async () => {
    loads += 1;
    if (loads >= n) throw new Error('gone');
    return dataset;
  };
};

const everything = async (process: LearningProcess, state: LearningState, clients: readonly Client[], rate?: number) => {
  const output = await process.next(state, clients, { minCompletionRate: rate });
  const { globalModelWeights, clients: kept, clientWork } = output.state;
  const controls = (clientWork as unknown as { readonly controlVariate?: [] }).controlVariate ?? [];
  const own = Object.entries(kept).map(([name, tree]) => [name, flat((tree as unknown as { readonly controlVariate: [] }).controlVariate)]);
  const values = { weights: flat(globalModelWeights.trainable), controls: flat(controls), own, metrics: output.metrics };
  return { values, failures: output.failures.map(({ position }) => position), state: output.state };
};

describe('minCompletionRate', () => {
  const algorithmsOfPasses: [string, () => LearningProcess][] = [
    ['FedAvg', () => algorithms.buildWeightedFedAvg(randomModel(), { clientOptimizer })],
    ['evaluation', () => algorithms.buildFedEval(randomModel())],
    ['SCAFFOLD', () => algorithms.buildScaffold(randomModel(), { clientOptimizer, numClients: 12 })],
    ['Mime', () => algorithms.buildWeightedMime(randomModel(), { baseOptimizer: clientOptimizer })],
    [
      'agnostic FedAvg',
      () =>
        algorithms.buildAgnosticFedAvg(randomModel(), {
          clientOptimizer,
          domainOf: (id) => id.charCodeAt(0) % 2,
          initialDomainWeights: [0.5, 0.5],
          domainLearningRate: 0.1,
        }),
    ],
  ];

  it.each(algorithmsOfPasses)('of %s gives the round of the clients that complete it, bit by bit', async (_, build) => {
    using process = build();
    const first = await process.next(
      await process.initialize(),
      ['a', 'b', 'c'].map((id) => client(id)),
    );
    const good = ['a', 'c', 'e', 'f', 'g'].map((id) => client(id));
    const [a, c, e, f, g] = good as [data.ClientDataset, data.ClientDataset, data.ClientDataset, data.ClientDataset, data.ClientDataset];
    const shape = data.clientDataset({ x: tensor([[1]]), y: tensor(Int32Array.of(1)) }, { shuffle: true, id: 'h' });
    const expected = (await everything(process, first.state, good)).values;
    const cohorts: [readonly Client[], readonly number[]][] = [
      [good, []],
      [
        [unreachable, a, c, shape, {} as never, e, f, g],
        [0, 3, 4],
      ],
      [
        [a, untrainable('b'), c, e, untrainable('d'), f, g, untrainable('h')],
        [1, 4, 7],
      ],
      [
        [a, failingFrom(2, client('b')), c, unreachable, e, untrainable('d'), f, () => g],
        [1, 3, 5],
      ],
    ];
    for (const [clients, failed] of cohorts) {
      const found = await everything(process, first.state, clients, 0.5);
      expect(found.failures).toEqual(failed);
      expect(found.values).toEqual(expected);
    }
  });

  it('leaves out of both passes who fails in the second', async () => {
    using process = algorithms.buildWeightedMime(randomModel(), { baseOptimizer: clientOptimizer });
    const state = await process.initialize();
    const [a, c] = [client('a'), client('c')];
    const expected = (await everything(process, state, [a, c])).values;
    const found = await everything(process, state, [a, failingFrom(2, client('b')), c], 0.6);
    expect(found.failures).toEqual([1]);
    expect(found.values).toEqual(expected);
  });

  it('leaves what clients keep as it was where they fail', async () => {
    using process = algorithms.buildScaffold(randomModel(), { clientOptimizer, numClients: 4 });
    const { state } = await process.next(await process.initialize(), [client('a'), client('b')]);
    const output = await process.next(state, [client('a'), untrainable('b'), untrainable('c')], { minCompletionRate: 0.1 });
    expect(output.failures.map(({ position }) => position)).toEqual([1, 2]);
    expect(output.state.clients.b).toBe(state.clients.b);
    expect(output.state.clients.a).not.toBe(state.clients.a);
    expect(Object.keys(output.state.clients)).toEqual(['a', 'b']);
  });

  it('says what each has failed with', async () => {
    using process = algorithms.buildWeightedFedAvg(randomModel(), { clientOptimizer });
    const clients = [client('a'), untrainable('b'), client('c'), unreachable, {} as never];
    const progress: number[] = [];
    const onProgress = ({ clients: done, total }: { clients: number; total: number }) => progress.push(done / total);
    const { failures } = await process.next(await process.initialize(), clients, { minCompletionRate: 0.4, onProgress });
    expect(failures).toEqual([
      { position: 1, error: expect.objectContaining({ name: 'TensorFlowError', message: expect.stringMatching(/^clients\[1\]: .*of 9/) }) },
      { position: 3, error: new Error('no such file') },
      { position: 4, error: expect.objectContaining({ message: expect.stringContaining('`clients[4]` must be a clientDataset') }) },
    ]);
    expect(progress.at(-1)).toBe(1);
  });

  it('fails the round where fewer complete it, and names who failed', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer });
    const state = await process.initialize();
    const clients = [fixtureD(), unreachable, fixtureD(), unreachable, {} as never];
    const error: unknown = await process.next(state, clients, { minCompletionRate: 0.6 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TooFewClientsError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^at most 2 of the round's 5 clients can complete it, and 3 must: clients\[1\]: no such file; clients\[3\]/,
      ),
      failures: expect.arrayContaining([{ position: 1, error: new Error('no such file') }]),
    });
    await expect(process.next(state, [unreachable], { minCompletionRate: 0.1 })).rejects.toThrow(TooFewClientsError);
    await expect(process.next(state, clients)).rejects.toThrow('no such file');
    expect(flat(process.getModelWeights(state).trainable)).toEqual([0, 0, 0]);
    await expect(process.next(state, [fixtureD()])).resolves.toMatchObject({ failures: [] });
  });

  it('never goes below what a rule needs', async () => {
    using process = algorithms.buildUnweightedFedAvg(zeroModel(), {
      clientOptimizer,
      modelAggregator: aggregators.krum({ numMaliciousNodes: 1 }),
    });
    const state = await process.initialize();
    const { minClients } = aggregators.krum({ numMaliciousNodes: 1 }).parts([tensorSpec([2])]) as { minClients: number };
    const enough = Array.from({ length: minClients }, fixtureD);
    await expect(process.next(state, [...enough, unreachable], { minCompletionRate: 0.1 })).resolves.toMatchObject({
      failures: [{ position: minClients }],
    });
    await expect(process.next(state, [...enough.slice(1), unreachable], { minCompletionRate: 0.1 })).rejects.toThrow(
      `and ${minClients} must`,
    );
  });

  it('counts clients exactly', () => {
    const needed = (minCompletionRate: number, count: number): number => {
      const cohort = new Cohort(Array(count).fill(0), { minCompletionRate, parts: [] });
      for (let place = 0; ; place++) {
        try {
          cohort.leaveOut(place, 'failed');
        } catch {
          return count - place;
        }
      }
    };
    expect([needed(0.07, 100), needed(0.7, 10), needed(0.71, 10), needed(1e-9, 5), needed(0.999, 5)]).toEqual([7, 7, 8, 1, 5]);
  });
});

describe('clientTimeout', () => {
  it('leaves out who is late, or fails the round', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer });
    const state = await process.initialize();
    const output = await process.next(state, [never, fixtureD(), async () => fixtureD()], { minCompletionRate: 0.5, clientTimeout: 50 });
    expect(output.failures).toEqual([{ position: 0, error: new ClientTimeoutError('clients[0] took longer than 50 ms for its data') }]);
    expect(output.metrics).toEqual((await process.next(state, [fixtureD(), fixtureD()], { clientTimeout: 1e6 })).metrics);
    await expect(process.next(state, [fixtureD(), never], { clientTimeout: 50 })).rejects.toThrow(/^clients\[1\] took longer than 50 ms/);
  });

  it('does not keep a signal waiting, which stops the round whatever the rate is', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer });
    const state = await process.initialize();
    const reason = new Error('enough');
    const controller = new AbortController();
    const running = process.next(state, [fixtureD(), never], { signal: controller.signal, minCompletionRate: 0.1, clientTimeout: 1e6 });
    setTimeout(() => controller.abort(reason), 20);
    await expect(running).rejects.toBe(reason);
  });
});

describe('other evaluations and starts', () => {
  it('leave clients out as well', async () => {
    using evaluation = algorithms.buildPersonalizationEval(zeroModel(), { strategies: { sgd: { optimizer: clientOptimizer } } });
    const weights = zeroModel().getWeights();
    const own = { trainData: fixtureD(), testData: fixtureD() };
    const found = await evaluation.run(weights, [own, unreachable, own], { minCompletionRate: 0.5 });
    expect([found.clients, found.failures]).toEqual([[0, 2], [{ position: 1, error: new Error('no such file') }]]);
    expect(found.metrics.sgd?.loss?.data).toEqual((await evaluation.run(weights, [own, own])).metrics.sgd?.loss?.data);

    const points = (values: number[][]) => data.clientDataset({ x: tensor(values), y: [] });
    const cohort = [points([[0, 0]]), unreachable, failingFrom(2, points([[9, 9]]))];
    const centroids = await algorithms.kmeansPlusPlus(cohort, { numClusters: 3, dataShape: [2], minCompletionRate: 0.5 });
    expect(centroids.shape).toEqual([3, 2]);
    await expect(algorithms.kmeansPlusPlus(cohort, { numClusters: 3, dataShape: [2] })).rejects.toThrow('no such file');

    const starts = { numClusters: 2, clientOptimizer, minCompletionRate: 0.5 };
    const chosen = await algorithms.hypClusterStart(zeroModel(), [fixtureD(), failingFrom(1, fixtureD()), fixtureD()], starts);
    expect(chosen.length).toBe(2);
  });

  it('refuse bad options', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer });
    const state = await process.initialize();
    const bad: [object, string][] = [
      [{ minCompletionRate: 0 }, '`minCompletionRate` must be a finite number in'],
      [{ minCompletionRate: 1.1 }, '`minCompletionRate` must be a finite number in'],
      [{ minCompletionRate: '1' }, '`minCompletionRate` must be a number in'],
      [{ clientTimeout: 0 }, '`clientTimeout` must be a finite number in'],
      [{ signal: {} }, '`signal` must be an AbortSignal'],
      [{ acceptFailures: true }, '`options` has no option `acceptFailures`'],
    ];
    for (const [options, message] of bad) await expect(process.next(state, [fixtureD()], options)).rejects.toThrow(message);
  });
});
