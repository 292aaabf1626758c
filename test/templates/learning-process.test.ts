import { describe, expect, it } from 'vitest';
import {
  algorithms,
  configure,
  DisposedError,
  data,
  fromKerasModel,
  keras,
  type LearningState,
  optimizers,
  tensor,
  tensorSpec,
} from '../../src/index.js';
import { defaultConcurrency } from '../../src/native/concurrency.js';
import { collectGarbage } from '../../src/native/garbage.js';
import { binding } from '../../src/native/loader.js';
import { Random } from '../../src/random.js';
import { fixtureD, flat, zeroModel } from './fixtures.js';

const options = { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }) };

/** Clients of 1 to 40 examples, with batches that do not divide them. */
function unequalClients(count: number, shuffle = false) {
  const random = new Random(11);
  return Array.from({ length: count }, (_, i) => {
    const size = 1 + random.integer(40);
    const x = Float32Array.from({ length: size * 4 }, () => random.normal());
    return data.clientDataset(
      { x: tensor(x, [size, 4]), y: tensor(Int32Array.from({ length: size }, () => random.integer(3))) },
      { batchSize: 7, epochs: 1 + (i % 2), shuffle, seed: i },
    );
  });
}

function dropoutModel() {
  const init = (seed: number) => keras.initializers.glorotUniform({ seed });
  const layers = [
    keras.layers.dense({ units: 8, activation: 'relu', kernelInitializer: init(1) }),
    keras.layers.dropout({ rate: 0.3 }),
    keras.layers.dense({ units: 3, kernelInitializer: init(2) }),
  ];
  return fromKerasModel(keras.sequential([keras.input({ shape: [4] }), ...layers]), {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, 4]), y: tensorSpec([null], 'int32') },
    metrics: [keras.metrics.sparseCategoricalAccuracy()],
  });
}

describe('next', () => {
  it('gives bit-identical results at any concurrency', async () => {
    const results: unknown[] = [];
    for (const concurrency of [1, 2, 8]) {
      configure({ concurrency });
      using process = algorithms.buildWeightedFedAvg(dropoutModel(), { ...options, seed: 5 });
      let state = await process.initialize();
      const clients = unequalClients(37, true);
      const metrics: unknown[] = [];
      for (let round = 0; round < 2; round++) {
        const output = await process.next(state, clients);
        ({ state } = output);
        metrics.push(output.metrics);
      }
      results.push({ weights: flat(process.getModelWeights(state).trainable), metrics });
    }
    configure({ concurrency: defaultConcurrency() });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('is another run with another seed, and in another round', async () => {
    const run = async (seed: number, round: number) => {
      using process = algorithms.buildWeightedFedAvg(dropoutModel(), { ...options, seed });
      const state = { ...(await process.initialize()), round: tensor(round, [], 'int32') };
      return flat(process.getModelWeights((await process.next(state, unequalClients(3))).state).trainable);
    };
    const first = await run(1, 0);
    expect(await run(1, 0)).toEqual(first);
    expect(await run(2, 0)).not.toEqual(first);
    expect(await run(1, 1)).not.toEqual(first);
  });

  it('sees every example once an epoch when it shuffles', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0 }) });
    const y = Array.from({ length: 10 }, (_, i) => [i]);
    const client = data.clientDataset({ x: tensor(y.map(() => [0, 0])), y: tensor(y) }, { batchSize: 4, epochs: 3, shuffle: true });
    const { metrics } = await process.next(await process.initialize(), [client]);
    // The mean over batches of unequal size, weighted by their size, is the mean over the examples.
    expect(metrics.clientWork?.train?.loss).toBeCloseTo(28.5, 4);
    expect(metrics.clientWork?.train).toMatchObject({ num_examples: 30, num_batches: 9 });
  });

  it('drops the remainder where the data set says so', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const client = fixtureD().withOptions({ batchSize: 5, dropRemainder: true, epochs: 2 });
    const { metrics } = await process.next(await process.initialize(), [client]);
    expect(metrics.clientWork?.train).toMatchObject({ num_examples: 20, num_batches: 4 });
  });

  it('loads clients when their turn comes', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const loaded: number[] = [];
    const lazy = Array.from({ length: 5 }, (_, i) => async () => {
      loaded.push(i);
      return fixtureD();
    });
    const progress: number[] = [];
    const state = await process.initialize();
    const eager = await process.next(state, Array.from({ length: 5 }, fixtureD));
    const output = await process.next(state, lazy, { onProgress: ({ clients, total }) => progress.push(clients / total) });
    expect(loaded).toEqual([0, 1, 2, 3, 4]);
    expect(progress.at(-1)).toBe(1);
    expect(output.metrics).toEqual(eager.metrics);
  });

  it('does not change the state it is given', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const state = await process.initialize();
    const a = await process.next(state, [fixtureD()]);
    const b = await process.next(state, [fixtureD()]);
    expect(b.metrics).toEqual(a.metrics);
    expect(flat(process.getModelWeights(state).trainable)).toEqual([0, 0, 0]);
  });

  it('fails as a whole, names the client, and leaves the old state usable', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const state = await process.initialize();
    const wrongShape = data.clientDataset({ x: tensor([[1, 2, 3]]), y: tensor([[1]]) });
    const failures: [readonly unknown[], RegExp][] = [
      [[], /`clients` must be at least one/],
      [[fixtureD(), {}], /`clients\[1\]` must be a clientDataset/],
      [[fixtureD(), wrongShape], /`clients\[1\].x` must be of shape \[null, 2\]/],
      [[data.clientDataset({ x: tensor([1, 2]), y: tensor([[1], [1]]) })], /`clients\[0\].x` must be of shape .*, received float32\[2\]/],
      [
        [fixtureD(), data.clientDataset({ x: tensor([[1, 2]], undefined, 'float64'), y: tensor([[1]]) })],
        /`clients\[1\].x` must be float32, received float64\[1, 2\]/,
      ],
      [
        [fixtureD(), data.clientDataset({ x: { a: tensor([[1, 2]]) }, y: tensor([[1]]) })],
        /`clients\[1\].x` must be a tensor float32\[null, 2\]/,
      ],
      [[fixtureD(), fixtureD().withOptions({ shuffle: true })], /`clients\[1\]` must not be shuffled/],
      [[fixtureD(), () => Promise.reject(new Error('no such file'))], /no such file/],
    ];
    for (const [clients, message] of failures) await expect(process.next(state, clients as never)).rejects.toThrow(message);
    await expect(process.next(state, fixtureD() as never)).rejects.toThrow(TypeError);
    await expect(process.next(state, [fixtureD()])).resolves.toBeDefined();
  });

  it('fails where a client fails in TensorFlow', async () => {
    using process = algorithms.buildWeightedFedAvg(dropoutModel(), options);
    const [good] = unequalClients(1);
    const bad = data.clientDataset({ x: tensor([[1, 2, 3, 4]]), y: tensor([9], [1], 'int32') });
    const state = await process.initialize();
    await expect(process.next(state, [good as never, bad])).rejects.toMatchObject({
      name: 'TensorFlowError',
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^clients\[1\]: .*label value of 9/),
    });
    await expect(process.next(state, [good as never])).resolves.toBeDefined();
  });

  it('refuses what has been disposed, and goes on with what has not', async () => {
    const model = zeroModel();
    const process = algorithms.buildWeightedFedAvg(model, options);
    const state = await process.initialize();
    const gone = fixtureD();
    gone.dispose();
    await expect(process.next(state, [fixtureD(), gone])).rejects.toBeInstanceOf(DisposedError);
    await expect(process.next(state, [fixtureD()])).resolves.toBeDefined();
    process.dispose();
    process.dispose();
    await expect(process.next(state, [fixtureD()])).rejects.toThrow(new DisposedError('the learning process has been disposed'));
    using other = algorithms.buildWeightedFedAvg(model, options);
    await expect(other.next(state, [fixtureD()])).resolves.toBeDefined();
    model.dispose();
    expect(() => algorithms.buildWeightedFedAvg(model, options)).toThrow(new DisposedError('the model has been disposed'));
    expect(() => algorithms.buildFedEval(model)).toThrow(DisposedError);
  });

  it('stops at a signal', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const state = await process.initialize();
    const reason = new Error('enough');
    await expect(process.next(state, [fixtureD()], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const clients = Array.from({ length: 500 }, () => fixtureD());
    let seen = 0;
    const running = process.next(state, clients, {
      signal: controller.signal,
      onProgress: ({ clients: done }) => {
        seen = done;
        controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(seen).toBeLessThan(500);
    await expect(process.next(state, [fixtureD()])).resolves.toBeDefined();
  });

  it('keeps nothing of a round: native objects are freed', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    let state: LearningState = await process.initialize();
    const clients = [fixtureD(), fixtureD()];
    ({ state } = await process.next(state, clients));
    // What earlier tests have left would be collected in between.
    await collectGarbage();
    const before = binding().stats();
    for (let round = 0; round < 20; round++) ({ state } = await process.next(state, clients));
    await collectGarbage();
    const after = binding().stats();
    expect(after.accumulators).toBe(before.accumulators);
    expect(after.computations).toBe(before.computations);
    expect(after.graphs).toBe(before.graphs);
  });
});

describe('state', () => {
  it('of another model is refused', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    using other = algorithms.buildWeightedFedAvg(dropoutModel(), options);
    const state = await other.initialize();
    await expect(process.next(state, [fixtureD()])).rejects.toMatchObject({
      name: 'ValueError',
      message: expect.stringContaining('state of this process'),
    });
    await expect(process.next({} as never, [fixtureD()])).rejects.toThrow(/`state` must be a state from `initialize`/);
  });

  it('holds the hyper-parameters', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), {
      ...options,
      serverOptimizer: optimizers.sgdm({ learningRate: 1, momentum: 0.5 }),
    });
    const state = await process.initialize();
    expect(process.getHparams(state).finalizer).toEqual({ learningRate: 1, momentum: 0.5 });
    const changed = process.setHparams(state, { clientWork: { learningRate: 0.5 }, finalizer: { learningRate: 0.25 } });
    expect(process.getHparams(changed)).toEqual({ clientWork: { learningRate: 0.5 }, finalizer: { learningRate: 0.25, momentum: 0.5 } });
    expect(process.getHparams(state).clientWork.learningRate).toBeCloseTo(0.1, 6);
    // A step with rate 0 changes nothing: the state's rate counts, not the optimizer's own.
    const still = await process.next(process.setHparams(state, { clientWork: { learningRate: 0 } }), [fixtureD()]);
    expect(flat(process.getModelWeights(still.state).trainable)).toEqual([0, 0, 0]);
    expect(() => process.setHparams(state, { clientWork: { rate: 1 } })).toThrow(/`hparams` must be a dictionary of learningRate/);
    expect(() => process.setHparams(state, { clientWork: { learningRate: 'x' as never } })).toThrow(TypeError);
    expect(() => process.setHparams(state, { finalizer: 5 as never })).toThrow(
      '`hparams.finalizer` must be a dictionary of numbers, received 5',
    );
  });

  it('holds the weights', async () => {
    using process = algorithms.buildWeightedFedAvg(zeroModel(), options);
    const state = await process.initialize();
    const weights = { trainable: [tensor([[1], [2]]), tensor([3])], nonTrainable: [] };
    expect(flat(process.getModelWeights(process.setModelWeights(state, weights)).trainable)).toEqual([1, 2, 3]);
    expect(() => process.setModelWeights(state, { trainable: [], nonTrainable: [] })).toThrow(/must be 2 tensors/);
    expect(() => process.setModelWeights(state, { ...weights, trainable: [tensor([[1], [Number.NaN]]), tensor([3])] })).toThrow(
      /received NaN/,
    );
    const given = process.getModelWeights(state).trainable;
    const before = flat(given);
    for (const t of given) t.dispose();
    expect(flat(process.getModelWeights(state).trainable)).toEqual(before);
  });
});
