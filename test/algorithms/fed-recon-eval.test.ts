/** TFF's fed_recon_eval_test, and evaluations by hand. */
import { describe, expect, it } from 'vitest';
import { algorithms, optimizers, tensor } from '../../src/index.js';
import { train } from './fixtures.js';
import { CLIENTS, linear, rows } from './recon-fixtures.js';

const one = { trainable: [tensor([[1]])], nonTrainable: [] };
const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

describe('buildFedReconEval', () => {
  const evaluate = async (
    options: Parameters<typeof algorithms.buildFedReconEval>[1],
    clients = CLIENTS,
    weights: typeof one | null = one,
  ) => {
    using process = algorithms.buildFedReconEval(linear(), options);
    const start = await process.initialize();
    const { metrics } = await process.next(weights === null ? start : process.setModelWeights(start, weights), clients);
    return metrics.clientWork?.eval?.currentRoundMetrics as unknown as Record<string, number>;
  };

  it("counts what TFF's tests count", async () => {
    const unsplit = await evaluate({ datasetSplit: { splitDataset: false } });
    expect(unsplit).toMatchObject({ num_examples: 6, share_over: 0.5 });
    expect(unsplit.loss).not.toBeCloseTo(59 / 3, 2);
    // By default each client has one batch, the middle one, after the reconstruction.
    expect(await evaluate({})).toMatchObject({ num_examples: 2, share_over: 0.5 });
    const limited = { reconEpochs: 2, postReconEpochs: 10, postReconStepsMax: 7 };
    expect(await evaluate({ datasetSplit: limited })).toMatchObject({ num_examples: 14, share_over: 0.5 });
  });

  it('is the evaluation of initial local variables where they are not trained', async () => {
    const metrics = await evaluate({ reconstructionOptimizer: sgd(0), datasetSplit: { splitDataset: false } });
    expect(metrics.loss).toBeCloseTo(59 / 3, 5);
    const trained = await evaluate({ reconstructionOptimizer: sgd(0.01), datasetSplit: { splitDataset: false, reconEpochs: 3 } });
    expect(trained.loss).toBeLessThan(59 / 3);
  });

  it('reconstructs on one half and evaluates on the other', async () => {
    // b = 0.2 · (5 − 1) = 0.8, then b += 0.2 · (8 − 3 − 0.8); the second client ends at 0.8 + 0.2 · (9 − 3 − 0.8).
    const [a, b] = [0.8 + 0.2 * 4.2, 0.8 + 0.2 * 5.2];
    const { loss } = await evaluate({});
    expect(loss).toBeCloseTo(((2 + a - 6) ** 2 + (2 + b - 5) ** 2) / 2, 4);
    const once = await evaluate({ datasetSplit: { reconStepsMax: 1 } });
    expect(once.loss).toBeCloseTo(((2.8 - 6) ** 2 + (2.8 - 5) ** 2) / 2, 4);
  });

  it('has nothing to evaluate for a client with one batch', async () => {
    const metrics = await evaluate({}, [
      rows([1, 2], [1, 1], { batchSize: 5, shuffle: true }),
      rows([1, 2, 3], [5, 6, 8], { shuffle: true }),
    ]);
    expect(metrics.num_examples).toBe(1);
  });

  it('adds up all rounds', async () => {
    using process = algorithms.buildFedReconEval(linear());
    const { metrics } = await train(process, CLIENTS, 3);
    expect(metrics[2]).toMatchObject({
      clientWork: { eval: { currentRoundMetrics: { num_examples: 2 }, totalRoundsMetrics: { num_examples: 6 } } },
    });
  });
});

it('refuses bad parts and options', () => {
  const build =
    (options: object, model: unknown = linear()) =>
    () =>
      algorithms.buildFedReconEval(model as never, options as never);
  expect(build({}, linear().model)).toThrow(/`model` must be a reconstruction model/);
  expect(build({ reconstructionOptimizer: 'sgd' })).toThrow(/`reconstructionOptimizer` must be an optimizer/);
  expect(build({ datasetSplit: { reconEpochs: 0 } })).toThrow(/`reconEpochs` must be/);
  expect(build({ metricsAggregator: 1 })).toThrow(/`metricsAggregator` must be/);
  expect(build({ clientOptimizer: sgd(1) })).toThrow(/has no option `clientOptimizer`/);
});
