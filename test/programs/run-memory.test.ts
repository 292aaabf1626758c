/** Callbacks of a strategy, and what survives a crash. */
import { mkdtempSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { algorithms, data, type LearningState, optimizers, programs, ValueError } from '../../src/index.js';
import { flat, fourExamples, zeroModel } from '../templates/fixtures.js';

const { bestCheckpoint, bestMetrics, convergence, earlyStopping, stopwatch, strategy, terminateOnNaN } = programs;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const training = () => algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
const clients = data.clientData({ ids: ['a', 'b'], dataset: () => fourExamples() });
const states = (options: object = {}) => programs.fileProgramStateManager({ rootDir: join(folder, 'states'), ...options });
const numbers = (state: LearningState) => [...flat(state.globalModelWeights.trainable), Number(state.round.data[0])];

/** Early stopping with a patience of 3 ends this after round 11, as Keras's does; the best is in round 8. */
const ERRORS = [9, 3, 2, 4, 1.9, 5, 1.8, 1.85, 1.7, 1.9, 1.95, 1.99, 1, 0];
const evaluate = (_: unknown, round: number) => ({ error: ERRORS[round] as number });
const monitored = () => ({
  early: earlyStopping({ metric: 'central.error', patience: 3 }),
  best: bestCheckpoint({ metric: 'central.error' }),
  metrics: bestMetrics({ metrics: { 'central.error': 'max' } }),
  close: convergence({ metric: 'central.error', threshold: 1.5, patience: 2 }),
  finite: terminateOnNaN({ metric: 'central.error' }),
  clock: stopwatch(),
});

async function roundsOf(rounds: AsyncIterable<programs.StrategyRound<unknown>>): Promise<programs.StrategyRound<unknown>[]> {
  const list: programs.StrategyRound<unknown>[] = [];
  for await (const round of rounds) list.push(round);
  return list;
}

describe('callbacks', () => {
  it('end a training with the round for which one says so, and have seen all until then', async () => {
    using process = training();
    const callbacks = monitored();
    const seen: number[] = [];
    const own = { onRound: async ({ round }: programs.StrategyRound<unknown>) => void seen.push(round) };
    const run = { rounds: 13, callbacks: [...Object.values(callbacks), own] };
    const rounds = await roundsOf(strategy(process, { evaluate }).rounds(clients, run));
    expect(rounds.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(seen).toEqual(rounds.map(({ round }) => round));
    expect(callbacks.best.best).toEqual({ round: 8, value: 1.7, state: rounds[8]?.state });
    expect(callbacks.metrics.best).toEqual({ 'central.error': { round: 5, value: 5 } });
    expect(callbacks.clock.totalSeconds).toBeGreaterThan(0);
    // `start` ends with the same state; a new training has callbacks as new.
    const { state, trainMetrics } = await strategy(process, { evaluate }).start(clients, run);
    expect(numbers(state)).toEqual(numbers(rounds[11]?.state as LearningState));
    expect(Object.keys(trainMetrics).length).toBe(11);
  });

  it('end it also with round 0, and only with `true`', async () => {
    using process = training();
    const with_ = (onRound: () => unknown) =>
      roundsOf(strategy(process, { evaluate }).rounds(clients, { rounds: 2, callbacks: [{ onRound }] }));
    expect((await with_(() => true)).length).toBe(1);
    expect((await with_(() => 1)).length).toBe(3);
  });

  it("do the same in a loop of one's own", async () => {
    using process = training();
    const { early, best } = monitored();
    let last = 0;
    for await (const round of strategy(process, { evaluate }).rounds(clients, { rounds: 13 })) {
      best.onRound(round);
      last = round.round;
      if (early.onRound(round)) break;
    }
    expect([last, best.best?.round]).toEqual([11, 8]);
  });

  it('keep their memory where training goes on from a state that is given', async () => {
    using process = training();
    const { early } = monitored();
    const run = { callbacks: [early] };
    const { state } = await strategy(process, { evaluate }).start(clients, { rounds: 9, ...run });
    const rounds = await roundsOf(strategy(process, { evaluate }).rounds(clients, { rounds: 13, initialState: state, ...run }));
    expect(rounds.map(({ round }) => round)).toEqual([10, 11]);
  });

  it('that fail are a failed round, of which none remembers anything', async () => {
    using process = training();
    const { early, best } = monitored();
    const broken = new Error('broken');
    const failing = {
      onRound: ({ round }: programs.StrategyRound<unknown>) => {
        if (round === 9) throw broken;
      },
    };
    const before = await strategy(process, { evaluate }).start(clients, { rounds: 8, callbacks: [early, best] });
    const remembered = [early.state, best.state];
    const run = { rounds: 13, callbacks: [early, best, failing], initialState: before.state };
    const error = await strategy(process, { evaluate })
      .start(clients, run)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'RoundError', round: 9, cause: broken });
    expect([early.state, best.state]).toEqual(remembered);
    const again = { rounds: 13, callbacks: [early, best], initialState: (error as programs.RoundError).state };
    expect((await roundsOf(strategy(process, { evaluate }).rounds(clients, again))).map(({ round }) => round)).toEqual([9, 10, 11]);
  });

  it('whose metric is missing fail with what there is', async () => {
    using process = training();
    const callbacks = [earlyStopping({ metric: 'central.loss' })];
    const { cause } = (await strategy(process, { evaluate })
      .start(clients, { rounds: 3, callbacks })
      .catch((e: unknown) => e)) as programs.RoundError;
    expect((cause as Error).message).toMatch(/received "central.loss"; they are `central.error`, .*`train.clientWork.train.num_examples`/);
  });
});

describe('a training with a manager of program states', () => {
  /** Runs until a round, as if there were a crash behind it, and tells what was given. */
  const run = async (until: number, options: object = {}, callbacks = monitored()) => {
    using process = training();
    const given = { rounds: 13, programStateManager: states(), callbacks: Object.values(callbacks), ...options };
    const seen: (readonly number[])[] = [];
    for await (const { round, state } of strategy(process, { evaluate }).rounds(clients, given)) {
      seen.push([round, ...numbers(state)]);
      if (round === until) break;
    }
    return { seen, callbacks };
  };

  it('that crashes after any round ends with the same round, bits and best as one that does not', async () => {
    const whole = await run(99);
    expect(whole.seen.at(-1)?.[0]).toBe(11);
    for (const crashes of [[1, 9], [3, 4, 5], [8], [11]]) {
      await states().removeAll();
      const pieces = [];
      for (const until of [...crashes, 99]) pieces.push(await run(until));
      expect(pieces.flatMap(({ seen }) => seen)).toEqual(whole.seen);
      const last = pieces.at(-1)?.callbacks as ReturnType<typeof monitored>;
      const { best } = last.best;
      expect([best?.round, best?.value, best && numbers(best.state)]).toEqual([8, 1.7, whole.seen[8]?.slice(1)]);
      expect([last.early.state, last.metrics.best]).toEqual([whole.callbacks.early.state, whole.callbacks.metrics.best]);
      expect(last.clock.totalSeconds).toBeGreaterThan(0);
    }
  });

  it('that has been ended stays so', async () => {
    await run(99);
    expect((await run(99)).seen).toEqual([]);
    using process = training();
    const { state } = await strategy(process).start(clients, {
      rounds: 13,
      programStateManager: states(),
      callbacks: Object.values(monitored()),
    });
    expect(state.round.data[0]).toBe(11);
  });

  it('saves every so many rounds, the last, and the one that ends it', async () => {
    await run(99, { roundsPerSavingProgramState: 4, programStateManager: states({ keepTotal: 0 }) });
    expect(await states().getVersions()).toEqual([4, 8, 11]);
    await states().removeAll();
    await run(99, { rounds: 6, roundsPerSavingProgramState: 4 });
    expect(await states().getVersions()).toEqual([4, 6]);
    // Rounds after the last save come again.
    await states().removeAll();
    await run(7, { roundsPerSavingProgramState: 4 });
    expect((await run(99, { roundsPerSavingProgramState: 4 })).seen.map(([round]) => round)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  it('goes on from what is saved, whatever else is given, and can be made longer', async () => {
    await run(99, { rounds: 2 });
    using process = training();
    const initialState = await process.initialize();
    expect((await run(99, { rounds: 4, initialState })).seen.map(([round]) => round)).toEqual([3, 4]);
  });

  it('comes over a damaged state', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await run(5);
    truncateSync(join(folder, 'states', 'program_state_5'), 100);
    expect((await run(99)).seen.map(([round]) => round)).toEqual([5, 6, 7, 8, 9, 10, 11]);
    warn.mockRestore();
  });

  it('that cannot save fails, and remembers nothing of the round', async () => {
    await run(8);
    symlinkSync('/dev/full', join(folder, 'states', `.program_state_9.${process.pid}.tmp`));
    const callbacks = monitored();
    await expect(run(99, {}, callbacks)).rejects.toMatchObject({ round: 9, cause: { code: 'ENOSPC' } });
    expect(callbacks.best.best?.round).toBe(8);
    expect((await run(99)).seen.map(([round]) => round)).toEqual([9, 10, 11]);
  });

  it('refuses states of something else', async () => {
    await run(2);
    await expect(run(99, { callbacks: [] })).rejects.toThrow(
      new ValueError('`callbacks` must be as many as the program state of version 2 has, 6, received 0'),
    );
    await expect(run(99, { callbacks: Object.values(monitored()).reverse() })).rejects.toThrow(/`state/);
    await states().save({ globalModelWeights: [] }, 3);
    await expect(run(99)).rejects.toThrow('the program state of version 3 has not been saved by a strategy');
    await states().save({ state: { a: 1 }, callbacks: [], stopped: false }, 4);
    await expect(run(99, { callbacks: [] })).rejects.toThrow('`state` must be a state from `initialize`');
  });
});

it('refuses callbacks and managers that are none, before any round', () => {
  using process = training();
  const wrong = (options: object) => () => strategy(process).rounds(clients, { rounds: 1, ...options } as never);
  expect(wrong({ callbacks: earlyStopping({ metric: 'a' }) })).toThrow('`callbacks` must be a list of callbacks, received a EarlyStopping');
  expect(wrong({ callbacks: [() => true] })).toThrow('`callbacks[0]` must be a callback, received a function');
  expect(wrong({ callbacks: [{ onEpoch: () => true }] })).toThrow('`callbacks[0].onRound` must be a function, received undefined');
  expect(wrong({ callbacks: [{ onRound: () => true, state: 1 }] })).toThrow('`callbacks[0].restore` must be a function');
  const twice = stopwatch();
  expect(wrong({ callbacks: [twice, twice] })).toThrow(new ValueError('`callbacks[1]` must not be in the list twice'));
  expect(wrong({ programStateManager: { save: () => {} } })).toThrow('`programStateManager` must be a fileProgramStateManager');
  expect(wrong({ roundsPerSavingProgramState: 2 })).toThrow('`roundsPerSavingProgramState` must come with `programStateManager`');
  expect(wrong({ programStateManager: states(), roundsPerSavingProgramState: 0 })).toThrow(ValueError);
});
