/** Flower's rules, and that the loop is nothing but `next`. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, type LearningState, optimizers, programs, tensor, ValueError } from '../../src/index.js';
import { flat, fourExamples, randomModel, zeroModel } from '../templates/fixtures.js';
import { alike, all, clientOptimizer, idsOf, numbers, randomClients, saved, training, zeroTraining } from './strategy-fixtures.js';

const { strategy } = programs;

describe('rounds', () => {
  it('are, bit by bit, those of a loop of `next`', async () => {
    const model = randomModel();
    using process = training(model);
    using evaluation = algorithms.buildFedEval(model);
    const clients = randomClients();
    const rounds = await all(strategy(process, { fractionTrain: 0.5, evaluation, seed: 7 }).rounds(clients, { rounds: 4 }));

    const sample = data.uniformSampling(clients.ids, { seed: 7 });
    let state = await process.initialize();
    const start = await evaluation.initialize();
    for (const [i, given] of rounds.entries()) {
      const ids = sample(i + 1, 4);
      const output = await process.next(state, clients.select(ids));
      ({ state } = output);
      expect([given.round, given.clients, given.failures]).toEqual([i + 1, ids, []]);
      expect(given.metrics).toEqual(output.metrics);
      expect(numbers(given.state)).toEqual(numbers(state));
      const evaluated = await evaluation.next(
        evaluation.setModelWeights(start, process.getModelWeights(state)),
        clients.select(clients.ids),
      );
      expect(given.evaluation).toEqual({ clients: clients.ids, metrics: evaluated.metrics, failures: [] });
    }
    expect(rounds.length).toBe(4);
    expect(new Set(rounds.map(({ clients: ids }) => String(ids))).size).toBeGreaterThan(1);
  });

  it('go on from a state as if there had been no end, also from a file', async () => {
    using process = training();
    const clients = randomClients();
    const make = () => strategy(process, { fractionTrain: 0.3, seed: 2 });
    const whole = await all(make().rounds(clients, { rounds: 5 }));
    const begun = await all(make().rounds(clients, { rounds: 2 }));
    const rest = await all(make().rounds(clients, { rounds: 5, initialState: saved(begun[1]?.state as LearningState) }));
    const tell = (rounds: typeof whole) => rounds.map((r) => [r.round, r.clients, numbers(r.state), r.metrics]);
    expect(tell([...begun, ...rest])).toEqual(tell(whole));
    expect(rest.map((r) => r.round)).toEqual([3, 4, 5]);
  });

  it('of another seed have other clients, and those that evaluate are drawn by themselves', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const drawn = async (seed: number) => {
      const options = { fractionTrain: 0.1, fractionEvaluate: 0.1, evaluation, seed };
      const rounds = await all(strategy(process, options).rounds(alike(30), { rounds: 4 }));
      return [rounds.map((r) => String(r.clients)), rounds.map((r) => String(r.evaluation?.clients))];
    };
    const cohorts = [...(await drawn(0)), ...(await drawn(1))].flat();
    expect(new Set(cohorts).size).toBe(16);
  });

  it('begin with weights that are given', async () => {
    using process = zeroTraining();
    const initialWeights = { trainable: [tensor([[1], [2]]), tensor([3])], nonTrainable: [] };
    const seen: number[][] = [];
    const evaluate = ({ trainable }: { trainable: readonly { data: ArrayLike<unknown> }[] }) => void seen.push(flat(trainable));
    const { state } = await strategy(process, { evaluate }).start(alike(2), { rounds: 0, initialWeights });
    expect(seen).toEqual([[1, 2, 3]]);
    expect(numbers(state)).toEqual([1, 2, 3, 0]);
  });

  it('are run when they are asked for, and no further', async () => {
    using process = zeroTraining();
    let loads = 0;
    const clients = alike(2, () => {
      loads += 1;
      return fourExamples();
    });
    for await (const { round } of strategy(process).rounds(clients, { rounds: 100 })) {
      expect(loads).toBe(2 * round);
      if (round === 3) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(loads).toBe(6);
  });
});

describe('how many clients are drawn', () => {
  // What `configure_train` and `configure_evaluate` of Flower 1.42's FedAvg give for so many nodes, this fraction and this minimum. The
  // product is cut off where it is: 100 times 0.29 is a little less than 29.
  it.each([
    [10, 1, 2, 10],
    [10, 0.5, 2, 5],
    [10, 0.29, 1, 2],
    [10, 0.19, 2, 2],
    [10, 0.01, 2, 2],
    [10, 0.01, 10, 10],
    [100, 0.29, 2, 28],
    [100, 0.57, 2, 56],
    [100, 0.07, 1, 7],
    [7, 0.5, 2, 3],
    [3, 0.99, 1, 2],
    [2, 1, 2, 2],
    [3, 0.1, 3, 3],
    [1000, 0.001, 1, 1],
    [9, 1 / 3, 1, 3],
  ])('of %i clients, fraction %f and at least %i: %i', async (available, fraction, min, size) => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const [training, evaluating] = [
      strategy(process, { fractionTrain: fraction, minTrainClients: min, evaluation, fractionEvaluate: 0 }),
      strategy(process, { minTrainClients: 1, fractionTrain: 1e-9, evaluation, fractionEvaluate: fraction, minEvaluateClients: min }),
    ];
    const clients = alike(available);
    const [round] = await all(training.rounds(clients, { rounds: 1 }));
    expect(round?.clients.length).toBe(size);
    const [other] = await all(evaluating.rounds(clients, { rounds: 1 }));
    expect(other?.evaluation?.clients.length).toBe(size);
  });

  it('is all of them by default, and two at least', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const [round] = await all(strategy(process, { evaluation }).rounds(alike(5), { rounds: 1, evaluationClients: alike(3) }));
    expect([round?.clients, round?.evaluation?.clients]).toEqual([idsOf(5), idsOf(3)]);
    const [few] = await all(strategy(process, { fractionTrain: 0.01 }).rounds(alike(5), { rounds: 1 }));
    expect(few?.clients.length).toBe(2);
  });

  it('of evaluation is none where its fraction is 0', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const none = strategy(process, { evaluation, fractionEvaluate: 0, minEvaluateClients: 2 });
    const { trainMetrics, evaluationMetrics } = await none.start(alike(2), { rounds: 2, evaluationClients: alike(0) });
    expect([Object.keys(trainMetrics), evaluationMetrics]).toEqual([['1', '2'], {}]);
  });

  it('cannot be more than there are', () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const run =
      (size: number, options: programs.StrategyOptions, more: object = {}) =>
      () =>
        strategy(process, options).rounds(alike(size), { rounds: 1, ...more });
    expect(run(1, {})).toThrow(new ValueError('`clients` must be at least 2 to draw 2 from, received 1'));
    expect(run(4, { minTrainClients: 5 })).toThrow('`clients` must be at least 5 to draw 5 from, received 4');
    expect(run(4, { minAvailableClients: 6, fractionTrain: 0.5 })).toThrow('`clients` must be at least 6 to draw 2 from, received 4');
    expect(run(4, { evaluation, minEvaluateClients: 3 }, { evaluationClients: alike(2) })).toThrow(
      '`evaluationClients` must be at least 3 to draw 3 from, received 2',
    );
    expect(run(1, { minTrainClients: 1, minAvailableClients: 1 })).not.toThrow();
  });
});

describe('evaluate', () => {
  it('is called before the first round and after each, with the weights of then', async () => {
    using process = zeroTraining();
    const calls: [number, number[]][] = [];
    const evaluate = async (weights: { readonly trainable: Parameters<typeof flat>[0] }, round: number) => {
      calls.push([round, flat(weights.trainable)]);
      return { calls: calls.length };
    };
    const rounds = await all(strategy(process, { evaluate }).rounds(alike(3), { rounds: 2 }));
    expect(rounds.map((r) => [r.round, r.central])).toEqual([
      [0, { calls: 1 }],
      [1, { calls: 2 }],
      [2, { calls: 3 }],
    ]);
    expect(calls).toEqual(rounds.map((r) => [r.round, flat(r.state.globalModelWeights.trainable)]));
    expect(calls[0]?.[1]).toEqual([0, 0, 0]);
    expect(rounds[0]).toMatchObject({ clients: [], metrics: {}, failures: [], evaluation: undefined });
    // A training that goes on has had this.
    const rest = await all(strategy(process, { evaluate }).rounds(alike(3), { rounds: 3, initialState: rounds[2]?.state }));
    expect(rest.map((r) => r.round)).toEqual([3]);
  });

  it('may free what it is given', async () => {
    using process = zeroTraining();
    const evaluate = ({ trainable }: { readonly trainable: readonly { dispose(): void }[] }) => {
      for (const t of trainable) t.dispose();
    };
    const { weights } = await strategy(process, { evaluate }).start(alike(2), { rounds: 3 });
    expect(flat(weights.trainable).every(Number.isFinite)).toBe(true);
  });
});

describe('hparams', () => {
  const model = () => randomModel();
  const momentum = () =>
    algorithms.buildWeightedFedAvg(model(), {
      clientOptimizer: optimizers.sgdm({ learningRate: 0.1, momentum: 0.5 }),
      serverOptimizer: optimizers.adam({ learningRate: 0.1 }),
      seed: 4,
    });
  /** Of the third round on, the server's rate stays. */
  const hparams = (round: number) => ({
    clientWork: { learningRate: 0.1 / round, momentum: 1 - 1 / (round + 1) },
    ...(round < 3 && { finalizer: { learningRate: 0.2 * round } }),
  });

  it('are, bit by bit, those of a loop of `setHparams` and `next`, also of a training that is cut in two', async () => {
    using process = momentum();
    const clients = randomClients();
    const run = (rounds: number, initialState?: LearningState) =>
      all(strategy(process, { hparams, fractionTrain: 0.5, seed: 7 }).rounds(clients, { rounds, initialState }));
    const begun = await run(2);
    const rounds = [...begun, ...(await run(5, saved(begun[1]?.state as LearningState)))];
    const sample = data.uniformSampling(clients.ids, { seed: 7 });
    let state = await process.initialize();
    for (const [i, given] of rounds.entries()) {
      const output = await process.next(process.setHparams(state, hparams(i + 1)), clients.select(sample(i + 1, 4)));
      ({ state } = output);
      expect(numbers(given.state)).toEqual(numbers(state));
      expect(given.metrics).toEqual(output.metrics);
      expect(process.getHparams(given.state)).toEqual(process.getHparams(state));
    }
    expect(process.getHparams(state).finalizer.learningRate).toBeCloseTo(0.4, 6);
    expect(process.getHparams(state).clientWork.momentum).toBeCloseTo(5 / 6, 6);
    const plain = await strategy(process, { fractionTrain: 0.5, seed: 7 }).start(clients, { rounds: 5 });
    expect(numbers(plain.state)).not.toEqual(numbers(state));
  });

  it('that the process does not have, or that are no numbers, are a failed round', async () => {
    using process = momentum();
    const failed = async (given: unknown) => {
      const options = { hparams: (round: number) => (round < 2 ? {} : given) } as programs.StrategyOptions;
      const error = (await strategy(process, options)
        .start(randomClients(2), { rounds: 3 })
        .catch((e: unknown) => e)) as programs.RoundError;
      expect(error).toMatchObject({ name: 'RoundError', round: 2 });
      return error.cause;
    };
    for (const [given, message] of [
      [{ clientWork: { rate: 1 } }, '`hparams` must be a dictionary of learningRate, momentum'],
      [{ clientWork: { momentum: '1' } }, '`hparams.momentum` must be a number, received "1"'],
      [{ finalizer: { learningRate: Number.NaN } }, '`hparams.learningRate` must be a finite number, received NaN'],
      [{ server: {} }, '`hparams` has no option `server`'],
      [{ finalizer: 1 }, '`hparams.finalizer` must be a dictionary of numbers, received 1'],
      [undefined, '`hparams(2)` must be a dictionary with clientWork or finalizer, received undefined'],
      [Promise.resolve({}), '`hparams(2)` must be a dictionary'],
    ] as const)
      expect(((await failed(given)) as Error).message).toContain(message);
  });
});

describe('sampling', () => {
  it('draws those that train, also of a training that is cut in two, and not those that evaluate', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const clients = alike(5);
    const run = (rounds: number, initialState?: LearningState, sampling?: programs.StrategyOptions['sampling']) =>
      all(
        strategy(process, { fractionTrain: 0.4, fractionEvaluate: 0.4, evaluation, seed: 3, ...(sampling && { sampling }) }).rounds(
          clients,
          {
            rounds,
            initialState,
          },
        ),
      );
    const circle = data.minimizeReuseSampling(clients.ids);
    const begun = await run(2, undefined, circle);
    const rounds = [...begun, ...(await run(4, saved(begun[1]?.state as LearningState), circle))];
    expect(rounds.map((r) => r.clients.map((id) => Number(id.slice(7))))).toEqual([
      [2, 3],
      [4, 0],
      [1, 2],
      [3, 4],
    ]);
    const plain = await run(4);
    expect(rounds.map((r) => r.evaluation?.clients)).toEqual(plain.map((r) => r.evaluation?.clients));
    // The default, when it is named.
    const named = await run(4, undefined, data.uniformSampling(clients.ids, { seed: 3 }));
    expect(named.map((r) => r.clients)).toEqual(plain.map((r) => r.clients));
  });

  it('trains on those that it draws, and what it does with its list later changes nothing', async () => {
    using process = zeroTraining();
    const loaded: string[] = [];
    const clients = alike(6, (id) => {
      loaded.push(id);
      return fourExamples();
    });
    const list: string[] = [];
    const calls: number[][] = [];
    const sampling = (round: number, size: number) => {
      calls.push([round, size]);
      return Object.assign(list, [`client ${round}`, `client ${round + 2}`]);
    };
    const rounds = await all(strategy(process, { fractionTrain: 0.4, sampling }).rounds(clients, { rounds: 2 }));
    expect(rounds.map((r) => r.clients)).toEqual([
      ['client 1', 'client 3'],
      ['client 2', 'client 4'],
    ]);
    expect(calls).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(loaded.sort()).toEqual(['client 1', 'client 2', 'client 3', 'client 4']);
  });

  it.each([
    [() => ['client 0'], '`sampling(2, 2)` must be 2 names of clients'],
    [() => idsOf(3), '`sampling(2, 2)` must be 2 names of clients'],
    [() => 'client 0', '`sampling(2, 2)` must be a list of names of clients, received "client 0"'],
    [async () => idsOf(2), '`sampling(2, 2)` must be a list of names of clients'],
    [() => [0, 1], '`sampling(2, 2)[0]` must be the name of a client, received 0'],
    [() => new Array(2), '`sampling(2, 2)[0]` must be the name of a client, received undefined'],
    [() => ['client 0', 'client 4'], '`sampling(2, 2)[1]` must be one of the 4 clients, received "client 4"'],
    [data.uniformSampling(['client 0']), '`size` must be at most the 1 values'],
  ])('that gives something else is a failed round: %o', async (given, message) => {
    using process = zeroTraining();
    const sampling = (round: number, size: number) => (round < 2 ? idsOf(size) : given(round, size)) as string[];
    const error = (await strategy(process, { fractionTrain: 0.5, sampling })
      .start(alike(4), { rounds: 3 })
      .catch((e: unknown) => e)) as programs.RoundError;
    expect(error).toMatchObject({ name: 'RoundError', round: 2 });
    expect((error.cause as Error).message).toContain(message);
  });

  it('must be a function', () => {
    using process = zeroTraining();
    expect(() => strategy(process, { sampling: idsOf(2) } as never)).toThrow('`sampling` must be a function');
  });
});

describe('start', () => {
  it('has the last state, its weights, and what each round told', async () => {
    const model = zeroModel();
    using process = zeroTraining(model);
    using evaluation = algorithms.buildFedEval(model);
    const evaluate = (_: unknown, round: number) => (round === 1 ? undefined : { round });
    const make = () => strategy(process, { evaluation, evaluate, fractionTrain: 0.5, seed: 3 });
    const result = await make().start(alike(6), { rounds: 3 });
    const rounds = await all(make().rounds(alike(6), { rounds: 3 }));
    const last = rounds.at(-1) as (typeof rounds)[number];
    expect(numbers(result.state)).toEqual(numbers(last.state));
    expect(flat(result.weights.trainable)).toEqual(flat(last.state.globalModelWeights.trainable));
    expect(result.trainMetrics).toEqual(Object.fromEntries(rounds.slice(1).map((r) => [r.round, r.metrics])));
    expect(result.evaluationMetrics).toEqual(Object.fromEntries(rounds.slice(1).map((r) => [r.round, r.evaluation?.metrics])));
    expect(result.centralMetrics).toEqual({ 0: { round: 0 }, 2: { round: 2 }, 3: { round: 3 } });
    const losses = Object.values(result.evaluationMetrics).map((m) => m.clientWork?.eval?.currentRoundMetrics?.loss as number);
    expect(losses[2]).toBeLessThan(losses[0] as number);
  });

  it('gives the state back where all rounds have been', async () => {
    using process = zeroTraining();
    const { state } = await strategy(process).start(alike(2), { rounds: 3 });
    const again = await strategy(process).start(alike(2), { rounds: 3, initialState: state });
    expect(again).toMatchObject({ trainMetrics: {}, evaluationMetrics: {}, centralMetrics: {} });
    expect(again.state).toBe(state);
    expect((await strategy(process).start(alike(2), { rounds: 2, initialState: state })).state).toBe(state);
  });

  it('trains with what keeps something for each client, and with several models', async () => {
    using scaffold = algorithms.buildScaffold(zeroModel(), { clientOptimizer, numClients: 4 });
    const { state } = await strategy(scaffold, { fractionTrain: 0.5 }).start(alike(4), { rounds: 2 });
    expect(Object.keys(state.clients).length).toBeGreaterThanOrEqual(2);
    const model = zeroModel();
    const initialWeights = [model.getWeights(), { trainable: [tensor([[1], [1]]), tensor([1])], nonTrainable: [] }];
    using clusters = algorithms.buildHypCluster(model, { clientOptimizer, initialWeights });
    expect((await strategy(clusters).start(alike(4), { rounds: 2 })).weights.trainable.length).toBe(4);
  });
});
