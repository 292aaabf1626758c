/** What the two Mimes have in common: the server's optimizer state and the mean full gradient. Contract F.3's numbers are in mime-lite.test.ts. */
import { describe, expect, it } from 'vitest';
import { aggregators, optimizers } from '../../src/index.js';
import { applyOptimizerFinalizer } from '../../src/templates/finalizer.js';
import { LearningProcess } from '../../src/templates/learning-process.js';
import { type MimeParts, mimeClientWork } from '../../src/templates/mime-client-work.js';
import { fixtureD, flat, linearRegression, twoExamples } from './fixtures.js';

const still = optimizers.sgdm({ learningRate: 0, momentum: 0.5 });
const parts = (change: Partial<MimeParts> = {}): MimeParts => ({
  model: linearRegression(),
  baseOptimizer: still,
  weighting: 'num_examples',
  gradientAggregator: aggregators.mean(),
  corrected: false,
  options: {},
  ...change,
});
const processOf = (change: Partial<MimeParts>) => {
  const given = parts(change);
  const finalizer = applyOptimizerFinalizer(optimizers.sgdm({ learningRate: 1 }), given.model.trainableVariables);
  return new LearningProcess({ clientWork: mimeClientWork(given), aggregator: aggregators.mean(), finalizer });
};
/** Gradients of half of the squared error at zero, per client: those of the contract for D, and `-mean(y x)`, `-mean(y)`. */
const OF_D = [-1.25, 0, -0.5];
const OF_TWO = [-3.5, -5, -1.5];
const accumulatorOf = (clientWork: unknown): number[] =>
  flat((clientWork as { readonly optimizer: { readonly accumulator: [] } }).optimizer.accumulator);

describe.each([false, true])('mimeClientWork (corrected: %s)', (corrected) => {
  it("steps the server's optimizer state with the mean full gradient at the round's first weights", async () => {
    using process = processOf({ corrected });
    const clients = [fixtureD(), twoExamples()];
    const first = await process.next(await process.initialize(), clients);
    // Twelve examples and two.
    const mean = OF_D.map((g, i) => (12 * g + 2 * (OF_TWO[i] as number)) / 14);
    accumulatorOf(first.state.clientWork).forEach((v, i) => expect(v).toBeCloseTo(mean[i] as number, 5));
    // With a rate of 0 the weights stay, and so does the gradient.
    expect(flat(process.getModelWeights(first.state).trainable)).toEqual([0, 0, 0]);
    const second = await process.next(first.state, clients);
    accumulatorOf(second.state.clientWork).forEach((v, i) => expect(v).toBeCloseTo(1.5 * (mean[i] as number), 5));
  });

  it('combines full gradients as the aggregator says, whose state it keeps', async () => {
    using process = processOf({ corrected, gradientAggregator: aggregators.clipping({ clippingNorm: 1 }) });
    const { state, metrics } = await process.next(await process.initialize(), [fixtureD()]);
    const norm = Math.hypot(...OF_D);
    accumulatorOf(state.clientWork).forEach((v, i) => expect(v).toBeCloseTo((OF_D[i] as number) / norm, 5));
    expect(metrics.clientWork).toMatchObject({ fullGradientAggregator: { clippedCount: 1 } });
  });

  it('asks for as many clients as the aggregator needs', async () => {
    const gradientAggregator = aggregators.asWeightedAggregator(aggregators.krum({ numMaliciousNodes: 1 }));
    using process = processOf({ corrected, gradientAggregator });
    await expect(process.next(await process.initialize(), [fixtureD()])).rejects.toThrow(
      /`clients` must be at least \d+ for this aggregator/,
    );
  });
});

it('asks clients twice only where steps are corrected', () => {
  expect(mimeClientWork(parts()).survey).toBeUndefined();
  expect(mimeClientWork(parts({ corrected: true })).survey).toBeDefined();
  expect(mimeClientWork(parts()).hparams).toEqual({ learningRate: 0, momentum: 0.5 });
  expect(() => mimeClientWork(parts({ options: { localSteps: 0 } }))).toThrow(/`localSteps` must be/);
});
