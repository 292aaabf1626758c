/** What a strategy refuses, and what happens where a round fails or is ended. */
import { describe, expect, it } from 'vitest';
import {
  algorithms,
  ClientTimeoutError,
  DisposedError,
  type data,
  type LearningState,
  programs,
  TooFewClientsError,
  ValueError,
} from '../../src/index.js';
import { fixtureD, fourExamples, randomModel, zeroModel } from '../templates/fixtures.js';
import { alike, all, never, numbers, training, zeroTraining } from './strategy-fixtures.js';

const { RoundError, strategy } = programs;

describe('a round that fails', () => {
  const failing = (after: number, error: unknown) => {
    let loads = 0;
    return alike(2, () => {
      loads += 1;
      if (loads > after) throw error;
      return fourExamples();
    });
  };

  it('is named, and the state before it is there and can be used', async () => {
    using process = zeroTraining();
    const gone = new Error('no disk');
    const seen: programs.StrategyRound[] = [];
    const run = async () => {
      for await (const round of strategy(process).rounds(failing(4, gone), { rounds: 5 })) seen.push(round);
    };
    const error = (await run().catch((e: unknown) => e)) as programs.RoundError;
    expect(error).toBeInstanceOf(RoundError);
    expect([error.message, error.round, error.cause]).toEqual(['round 3: no disk', 3, gone]);
    expect(seen.map((r) => r.round)).toEqual([1, 2]);
    expect(error.state).toBe(seen[1]?.state);
    // `start` has only the error, and loses nothing either.
    const started = (await strategy(process)
      .start(failing(4, gone), { rounds: 5 })
      .catch((e: unknown) => e)) as programs.RoundError;
    const { state } = await strategy(process).start(alike(2), { rounds: 5, initialState: started.state });
    expect(numbers(state)).toEqual(numbers((await strategy(process).start(alike(2), { rounds: 5 })).state));
  });

  it('may fail in its evaluations', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const broken = new Error('broken');
    const failed = (options: programs.StrategyOptions<unknown>, evaluationClients?: data.ClientData) =>
      strategy(process, options).start(alike(2), { rounds: 3, evaluationClients });
    const evaluate = (_: unknown, round: number) => {
      if (round === 2) throw broken;
    };
    await expect(failed({ evaluate })).rejects.toMatchObject({ name: 'RoundError', round: 2, cause: broken });
    await expect(failed({ evaluate: () => Promise.reject(broken) })).rejects.toMatchObject({ round: 0, cause: broken });
    await expect(failed({ evaluation }, failing(2, broken))).rejects.toMatchObject({ round: 2, cause: broken });
  });

  it('goes on without clients that fail or are late, where that is asked for, in training and evaluation', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const clients = alike(4, (id) => (id === 'client 2' ? never() : fourExamples()));
    const options = { rounds: 2, minCompletionRate: 0.5, clientTimeout: 50 };
    for (const { failures, evaluation: evaluated } of await all(strategy(process, { evaluation }).rounds(clients, options)))
      for (const left of [failures, evaluated?.failures]) expect(left).toEqual([{ position: 2, error: expect.any(ClientTimeoutError) }]);
    await expect(strategy(process).start(clients, { ...options, minCompletionRate: 0.9 })).rejects.toMatchObject({
      round: 1,
      cause: expect.any(TooFewClientsError),
    });
  });

  it('is that of a process that has been disposed', async () => {
    const process = zeroTraining();
    process.dispose();
    await expect(strategy(process).start(alike(2), { rounds: 1 })).rejects.toMatchObject({ round: 1, cause: expect.any(DisposedError) });
  });
});

describe('a signal', () => {
  const reason = new Error('enough');

  it('ends it before it begins, and between rounds', async () => {
    using process = zeroTraining();
    const aborted = { rounds: 2, signal: AbortSignal.abort(reason) };
    await expect(strategy(process).start(alike(2), aborted)).rejects.toBe(reason);
    await expect(strategy(process, { evaluate: never }).start(alike(2), aborted)).rejects.toBe(reason);
    const controller = new AbortController();
    const seen: LearningState[] = [];
    const run = async () => {
      for await (const { state } of strategy(process).rounds(alike(2), { rounds: 9, signal: controller.signal })) {
        seen.push(state);
        if (seen.length === 2) controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(seen.length).toBe(2);
    const { state } = await strategy(process).start(alike(2), { rounds: 3, initialState: seen[1] });
    expect(numbers(state)).toEqual(numbers((await strategy(process).start(alike(2), { rounds: 3 })).state));
  });

  it('ends it while clients train, while they evaluate, and while the server evaluates', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const controllers = [0, 1, 2, 3].map(() => new AbortController());
    /** Aborts, and does not end. */
    const hanging = (i: number) => () => {
      setTimeout(() => controllers[i]?.abort(reason), 1);
      return never();
    };
    const run = (i: number, options: programs.StrategyOptions<unknown>, clients = alike(2), evaluationClients?: data.ClientData) =>
      strategy(process, options).start(clients, { rounds: 2, evaluationClients, signal: controllers[i]?.signal });
    await expect(run(0, {}, alike(2, hanging(0)))).rejects.toBe(reason);
    await expect(run(1, { evaluation }, alike(2), alike(2, hanging(1)))).rejects.toBe(reason);
    await expect(run(2, { evaluate: hanging(2) })).rejects.toBe(reason);
    const evaluate = () => {
      controllers[3]?.abort(reason);
      return never();
    };
    await expect(run(3, { evaluate })).rejects.toBe(reason);
  });

  it('and progress are those of `next`: progress of training only', async () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const told: unknown[] = [];
    await strategy(process, { evaluation, minEvaluateClients: 3 }).start(alike(2), {
      rounds: 2,
      evaluationClients: alike(3),
      onProgress: (p) => told.push(p),
    });
    expect(told.filter((p) => (p as { clients: number }).clients === 2)).toEqual([
      { clients: 2, total: 2 },
      { clients: 2, total: 2 },
    ]);
    expect(told.every((p) => (p as { total: number }).total === 2)).toBe(true);
  });
});

describe('what is refused', () => {
  it('of a strategy', () => {
    using process = zeroTraining();
    using evaluation = algorithms.buildFedEval(zeroModel());
    const make =
      (options: unknown, of: unknown = process) =>
      () =>
        strategy(of as never, options as never);
    expect(make({}, {})).toThrow('`process` must be a learning process, received an object with no keys');
    expect(make({ fraction: 1 })).toThrow('`options of strategy` has no option `fraction`');
    expect(make(5)).toThrow('`options of strategy` must be an object with options, received 5');
    expect(make({ fractionTrain: 0 })).toThrow(ValueError);
    expect(make({ fractionTrain: 1.5 })).toThrow(ValueError);
    expect(make({ fractionTrain: '1' })).toThrow(TypeError);
    expect(make({ evaluation, fractionEvaluate: -0.1 })).toThrow(
      new ValueError('`fractionEvaluate` must be a finite number in [0, 1], received -0.1'),
    );
    expect(make({ minTrainClients: 0 })).toThrow('`minTrainClients` must be a finite number of at least 1, received 0');
    expect(make({ evaluation, minEvaluateClients: 0.5 })).toThrow('`minEvaluateClients` must be a whole number');
    expect(make({ minAvailableClients: Number.NaN })).toThrow('`minAvailableClients` must be a whole number');
    expect(make({ seed: 'a' })).toThrow('`seed` must be a whole number, received "a"');
    expect(make({ evaluate: 5 })).toThrow('`evaluate` must be a function, received 5');
    expect(make({ hparams: { clientWork: { learningRate: 1 } } })).toThrow('`hparams` must be a function, received an object');
    expect(make({ evaluation: zeroModel() })).toThrow('`evaluation` must be a learning process that evaluates');
    expect(make({ fractionEvaluate: 0.5 })).toThrow(new ValueError('`fractionEvaluate` must come with `evaluation`'));
    expect(make({ minEvaluateClients: 5 })).toThrow(new ValueError('`minEvaluateClients` must come with `evaluation`'));
  });

  it('of its rounds, before any is run', async () => {
    using process = zeroTraining();
    const initialState = await process.initialize();
    const run =
      (options: unknown, clients: unknown = alike(2)) =>
      () =>
        strategy(process).rounds(clients as never, options as never);
    expect(run({ rounds: 1 }, [fixtureD(), fixtureD()])).toThrow('`clients` must be a clientData, received an array of 2');
    expect(run(undefined)).toThrow('`options` must be an object with options, received undefined');
    expect(run({})).toThrow('`rounds` must be a whole number that is not negative, received undefined');
    expect(run({ rounds: -1 })).toThrow(ValueError);
    expect(run({ rounds: 1, epochs: 1 })).toThrow('has no option `epochs`');
    expect(run({ rounds: 1, signal: {} })).toThrow('`signal` must be an AbortSignal');
    expect(run({ rounds: 1, minCompletionRate: 0 })).toThrow(ValueError);
    expect(run({ rounds: 1, evaluationClients: alike(2) })).toThrow("`evaluationClients` must come with the strategy's `evaluation`");
    expect(run({ rounds: 1, initialState, initialWeights: initialState.globalModelWeights })).toThrow(
      new ValueError('`initialWeights` must not come with `initialState`, which has weights'),
    );
    // `start` is a promise, whatever it is given.
    await expect(strategy(process).start(alike(1), { rounds: 1 })).rejects.toThrow(ValueError);
  });

  it('as states and weights, before clients train for nothing', async () => {
    using process = zeroTraining();
    let loads = 0;
    const clients = alike(2, () => {
      loads += 1;
      return fourExamples();
    });
    const run = (options: object, given: object = {}) => strategy(process, given).start(clients, { rounds: 1, ...options });
    await expect(run({ initialState: {} })).rejects.toThrow('`state` must be a state from `initialize`');
    using other = training();
    await expect(run({ initialState: await other.initialize() })).rejects.toThrow('`state` must be a state of this process');
    await expect(run({ initialWeights: { trainable: [], nonTrainable: [] } })).rejects.toThrow(
      '`weights.trainable` must be 2 tensors, received 0',
    );
    using evaluation = algorithms.buildFedEval(randomModel());
    await expect(run({}, { evaluation })).rejects.toThrow('`weights.trainable[0]` must be float32[4, 3]');
    expect(loads).toBe(0);
  });
});
