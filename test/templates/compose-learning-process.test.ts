import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, type Output, ops, optimizers, templates, tensor, tensorSpec } from '../../src/index.js';
import { fixtureD, flat, fourExamples, twoExamples, zeroModel } from './fixtures.js';

const optimizer = optimizers.sgdm({ learningRate: 0.1, momentum: 0.9 });
const serverOptimizer = optimizers.sgdm({ learningRate: 1 });
const model = zeroModel();
const parts = () => ({
  clientWork: templates.buildModelDeltaClientWork(model, { optimizer }),
  aggregator: aggregators.mean(),
  finalizer: templates.buildApplyOptimizerFinalizer(serverOptimizer, model),
});
const clients = [fixtureD(), fourExamples(), twoExamples()];

describe('composeLearningProcess', () => {
  it('makes FedAvg of its parts', async () => {
    using composed = templates.composeLearningProcess(parts());
    using built = algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizer, serverOptimizer });
    let [a, b] = [await composed.initialize(), await built.initialize()];
    for (let round = 0; round < 2; round++) {
      const [first, second] = [await composed.next(a, clients), await built.next(b, clients)];
      expect(first.metrics).toEqual(second.metrics);
      expect(Object.keys(first.metrics)).toEqual(['aggregator', 'clientWork', 'distributor', 'finalizer']);
      [a, b] = [first.state, second.state];
    }
    expect(flat(composed.getModelWeights(a).trainable)).toEqual(flat(built.getModelWeights(b).trainable));
    expect(composed.getHparams(a)).toEqual(built.getHparams(b));
  });

  // TFF's composers_test (contract F.3).
  it('makes a process whose loss falls in every round', async () => {
    const client = data.clientDataset({
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      y: tensor([[5], [6]]),
    });
    const clientWork = templates.buildModelDeltaClientWork(model, { optimizer: optimizers.sgdm({ learningRate: 0.01 }) });
    using process = templates.composeLearningProcess({ ...parts(), clientWork });
    let state = await process.initialize();
    const losses: number[] = [];
    for (let round = 0; round < 5; round++) {
      const output = await process.next(state, [client, client]);
      ({ state } = output);
      losses.push(output.metrics.clientWork?.train?.loss as number);
    }
    expect(losses[0]).toBe((25 + 36) / 2);
    losses.slice(1).forEach((loss, i) => expect(loss).toBeLessThan(losses[i] as number));
  });

  it('takes corrections, weightings and thresholds', async () => {
    const { aggregator } = parts();
    const run = async (clientWork: templates.ClientWork, finalizer = parts().finalizer) => {
      using process = templates.composeLearningProcess({ clientWork, aggregator, finalizer });
      const { state, metrics } = await process.next(await process.initialize(), [fourExamples(), twoExamples()]);
      return { weights: flat(process.getModelWeights(state).trainable), finalizer: metrics.finalizer };
    };
    // Contract F.3: two clients, plain SGD of rate 0.01.
    const plain = optimizers.sgdm({ learningRate: 0.01 });
    const byExamples = await run(templates.buildModelDeltaClientWork(model, { optimizer: plain }));
    [0.04, 0.033333333, 0.016666667].forEach((w, i) => expect(byExamples.weights[i]).toBeCloseTo(w, 6));
    const uniform = await run(templates.buildModelDeltaClientWork(model, { optimizer: plain, clientWeighting: 'uniform' }));
    [0.0475, 0.05, 0.02].forEach((w, i) => expect(uniform.weights[i]).toBeCloseTo(w, 6));
    const doubled = await run(
      templates.buildModelDeltaClientWork(model, { optimizer: plain, correction: () => () => (gradient) => ops.mul(gradient, 2) }),
    );
    doubled.weights.forEach((w, i) => expect(w).toBeCloseTo(2 * (byExamples.weights[i] as number), 6));
    const strict = templates.buildApplyOptimizerFinalizer(serverOptimizer, model, {
      shouldRejectUpdate: ([kernel]) => ops.greater(ops.max(ops.abs(kernel as Output)), 0.03),
    });
    const refused = await run(templates.buildModelDeltaClientWork(model, { optimizer: plain }), strict);
    expect(refused.weights).toEqual([0, 0, 0]);
    expect(refused.finalizer?.updateNonFinite).toBe(1);
  });

  const work = () => parts().clientWork;
  it.each<[string, object, RegExp]>([
    ['an unknown part', { metrics: 3 }, /`options` has no option `metrics`/],
    ['no client work', { clientWork: undefined }, /`clientWork` must be a client work \(ClientWorkProcess\), received undefined/],
    ['a model', { clientWork: model }, /`clientWork.initialize` must be a function/],
    ['a work without a server', { clientWork: { ...work(), server: 3 } }, /`clientWork.server` must be a function, received 3/],
    ['a work without a model', { clientWork: { ...work(), model: 3 } }, /`clientWork.model` must be a federated model/],
    ['a work without hyper-parameters', { clientWork: { ...work(), hparams: undefined } }, /`clientWork.hparams` must be an object/],
    ['no aggregator', { aggregator: 'mean' }, /`aggregator` must be an aggregator, received "mean"/],
    [
      'an unweighted aggregator',
      { aggregator: aggregators.sum() },
      /`aggregator` must be a weighted aggregator \(WeightedAggregationFactory\)/,
    ],
    ['no finalizer', { finalizer: null }, /`finalizer` must be a finalizer \(FinalizerProcess\), received null/],
    ['an optimizer', { finalizer: optimizer }, /`finalizer.initialize` must be a function/],
    ['a distributor without a function', { distributor: {} }, /`distributor.initialize` must be a function/],
    ['no distributor', { distributor: 'broadcast' }, /`distributor` must be a distributor \(DistributionProcess\), received "broadcast"/],
    ['a seed that is none', { seed: 0.5 }, /`seed` must be a whole number/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => templates.composeLearningProcess({ ...parts(), ...wrong } as never)).toThrow(message);
  });

  it.each<[string, (p: ReturnType<typeof parts>) => object, RegExp]>([
    [
      'a client work with another update',
      ({ clientWork }) => ({ clientWork: { ...clientWork, updateSpecs: [tensorSpec([2, 1])] } }),
      /`clientWork` must give an update, float32\[2, 1\], received .*float32\[2, 1\], .*float32\[1\]/,
    ],
    [
      'a client work without an update',
      ({ clientWork }) => ({ clientWork: { ...clientWork, client: () => ({}) } }),
      /`clientWork` must give an update, .*, received undefined/,
    ],
    [
      'a client work with a vector for a weight',
      ({ clientWork }) => ({
        clientWork: {
          ...clientWork,
          client: (inputs: templates.ClientInputs) => ({ ...clientWork.client(inputs), weight: inputs.weights.trainable[1] }),
        },
      }),
      /`clientWork` must give a weight, float32\[\], received .*float32\[1\]/,
    ],
    [
      'a finalizer with other weights',
      ({ finalizer }) => ({ finalizer: { ...finalizer, step: (state: never) => ({ state, weights: [], measurements: [] }) } }),
      /`finalizer` must give weights like the model's, float32\[2, 1\], float32\[1\], received none/,
    ],
    [
      'a distributor with other weights',
      () => ({
        distributor: {
          initialize: () => [],
          distribute: ({ state, weights }: never) => ({ state, weights: { ...(weights as object), trainable: [3] } }),
        },
      }),
      /`distributor` must give trainable weights like the model's, float32\[2, 1\], float32\[1\], received 3/,
    ],
  ])('refuses %s when the graph is built', async (_, wrong, message) => {
    const given = parts();
    using process = templates.composeLearningProcess({ ...given, ...wrong(given) } as never);
    let started = 0;
    await expect(process.next(await process.initialize(), [fixtureD(), fixtureD()], { onProgress: () => started++ })).rejects.toThrow(
      message,
    );
    expect(started).toBe(0);
  });
});

describe("a client work of one's own", () => {
  const weighing = (weightOf: (examples: Output) => Output) => {
    const given = parts();
    const { clientWork } = given;
    const client = (inputs: templates.ClientInputs) => {
      const result = clientWork.client(inputs);
      return { ...result, weight: weightOf(result.weight) };
    };
    return templates.composeLearningProcess({ ...given, clientWork: { ...clientWork, client } });
  };

  // The second of the two clients has two examples, the first four.
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('fails by name for the client that it gives the weight %s', async (bad) => {
    using process = weighing((weight) => ops.where(ops.less(weight, 3), bad, weight));
    const state = await process.initialize();
    const two = [fourExamples(), twoExamples()];
    await expect(process.next(state, two)).rejects.toThrow(
      /^clients\[1\]: `clientWork` must give a weight, a finite number that is not negative/,
    );
    const { state: next, failures } = await process.next(state, two, { minCompletionRate: 0.5 });
    expect(failures.map(({ position }) => position)).toEqual([1]);
    const { state: alone } = await process.next(state, [fourExamples()]);
    expect(flat(next.globalModelWeights.trainable)).toEqual(flat(alone.globalModelWeights.trainable));
  });

  it('may give a client no weight, which then does not count', async () => {
    using process = weighing((weight) => ops.where(ops.less(weight, 3), 0, weight));
    const state = await process.initialize();
    const { state: next, failures } = await process.next(state, [fourExamples(), twoExamples()]);
    expect(failures).toEqual([]);
    const { state: alone } = await process.next(state, [fourExamples()]);
    expect(flat(next.globalModelWeights.trainable)).toEqual(flat(alone.globalModelWeights.trainable));
  });
});

describe('a distributor', () => {
  // Clients get the weights as they were after the round before the last: gradients of late weights.
  const late: templates.Distributor = {
    initialize: (graph) => [graph.constant([[0], [0]]), graph.constant([0])],
    distribute: ({ state, weights, round }) => ({
      state: [...weights.trainable],
      weights: { ...weights, trainable: state as readonly Output[] },
      measurements: { round },
    }),
  };

  it('gives clients other weights than the server has, and keeps its own state', async () => {
    using process = templates.composeLearningProcess({ ...parts(), distributor: late });
    using plain = templates.composeLearningProcess(parts());
    const first = await process.next(await process.initialize(), clients);
    expect(first.metrics.distributor).toEqual({ round: 0 });
    const update = flat(process.getModelWeights(first.state).trainable);
    expect(flat(first.state.distributor as never)).toEqual([0, 0, 0]);
    // The second round's clients start from zeros again, and the server adds the same update to what it has.
    const second = await process.next(first.state, clients);
    flat(process.getModelWeights(second.state).trainable).forEach((w, i) => expect(w).toBeCloseTo(2 * (update[i] as number), 6));
    expect(second.metrics.clientWork).toEqual(first.metrics.clientWork);
    expect(flat(second.state.distributor as never)).toEqual(update);
    // Without it, clients train on.
    let state = await plain.initialize();
    for (let round = 0; round < 2; round++) ({ state } = await plain.next(state, clients));
    expect(flat(plain.getModelWeights(state).trainable)).not.toEqual(flat(process.getModelWeights(second.state).trainable));
  });

  it('is checked as the rest of the state is', async () => {
    using process = templates.composeLearningProcess({ ...parts(), distributor: late });
    const state = await process.initialize();
    await expect(process.next({ ...state, distributor: [] }, clients)).rejects.toThrow(/`state` must be a state of this process/);
    await expect(process.next({ ...state, distributor: [tensor([1]), tensor([0])] }, clients)).rejects.toThrow(
      /received float32\[1\] where/,
    );
  });

  it('draws other numbers in each round, the same in each run', async () => {
    const noisy: templates.Distributor = {
      initialize: () => [],
      distribute: ({ state, weights, random }) => ({
        state,
        weights: { ...weights, trainable: weights.trainable.map((w) => ops.add(w, ops.randomNormal(random.seed, [1], 'float32'))) },
        measurements: { noise: ops.sum(ops.randomNormal(random.seed, [1], 'float32')) },
      }),
    };
    const { clientWork } = parts();
    const reporting: templates.ClientWork = {
      ...clientWork,
      server: (inputs) => {
        const noise = ops.sum(ops.randomNormal(inputs.collected.random.seed, [1], 'float32'));
        return { ...clientWork.server(inputs), metrics: { noise } };
      },
    };
    const run = async () => {
      using process = templates.composeLearningProcess({ ...parts(), clientWork: reporting, distributor: noisy, seed: 3 });
      const first = await process.next(await process.initialize(), [fixtureD()]);
      const second = await process.next(first.state, [fixtureD()]);
      return [first, second].map(({ state, metrics }) => ({
        weights: flat(process.getModelWeights(state).trainable),
        noise: [metrics.distributor?.noise, metrics.clientWork?.noise],
      }));
    };
    const once = await run();
    // In each round for each use.
    expect(new Set(once.flatMap(({ noise }) => noise)).size).toBe(4);
    expect(await run()).toEqual(once);
  });
});

describe('parts', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['no model', () => templates.buildModelDeltaClientWork(3 as never, { optimizer }), /`model` must be a federated model/],
    ['no optimizer', () => templates.buildModelDeltaClientWork(model, {} as never), /`optimizer` must be an optimizer, received undefined/],
    ['another option', () => templates.buildModelDeltaClientWork(model, { optimizer, mu: 1 } as never), /has no option `mu`/],
    [
      'no correction',
      () => templates.buildModelDeltaClientWork(model, { optimizer, correction: 1 as never }),
      /`correction` must be a function/,
    ],
    [
      'no weighting',
      () => templates.buildModelDeltaClientWork(model, { optimizer, clientWeighting: 1 as never }),
      /`clientWeighting` must be/,
    ],
    ['no server optimizer', () => templates.buildApplyOptimizerFinalizer(3 as never, model), /`optimizer` must be an optimizer/],
    ['no model of the server', () => templates.buildApplyOptimizerFinalizer(optimizer, 3 as never), /`model` must be a federated model/],
    [
      'no rule',
      () => templates.buildApplyOptimizerFinalizer(optimizer, model, { shouldRejectUpdate: true as never }),
      /`shouldRejectUpdate` must be a function, received true/,
    ],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
