import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { fromKerasModel, keras, ops, tensorSpec } from '../../src/index.js';
import { crossentropy, one, trainOneEpoch, two, W, WB, YA, YB } from './keras-fit.js';

const { meanAbsoluteError, sparseCategoricalAccuracy } = keras.metrics;
const loss = () => ({ a: keras.losses.meanSquaredError(), b: crossentropy() });
const close = (actual: Record<string, number>, expected: Record<string, number>) => {
  for (const [name, value] of Object.entries(expected)) expect(actual[name], name).toBeCloseTo(value, 5);
};

describe('metrics by the names of outputs', () => {
  it("are reported by output and metric, with Keras's numbers", async () => {
    const metrics = { a: [meanAbsoluteError()], b: sparseCategoricalAccuracy() };
    const { train } = await trainOneEpoch(two(), { loss: loss(), lossWeights: { a: 0.5, b: 2 }, metrics }, { y: [YA, YB] });
    expect(Object.keys(train)).toEqual([
      'a_loss',
      'a_mean_absolute_error',
      'b_loss',
      'b_sparse_categorical_accuracy',
      'loss',
      'num_batches',
      'num_examples',
      'num_non_finite_clients',
    ]);
    close(train, { a_mean_absolute_error: 0.8041250109672546, b_sparse_categorical_accuracy: 0.4000000059604645 });
  });

  it('are weighed by sample weights where they are given as weighted ones', async () => {
    const options = {
      loss: loss(),
      metrics: { a: [meanAbsoluteError()] },
      weightedMetrics: { a: [meanAbsoluteError()], b: [sparseCategoricalAccuracy()] },
    };
    const { train } = await trainOneEpoch(two(), options, { y: [YA, YB], sampleWeight: [W, WB] });
    close(train, {
      a_mean_absolute_error: 0.8969999551773071,
      a_weighted_mean_absolute_error: 1.1030000448226929,
      b_sparse_categorical_accuracy: 0.0357142835855484,
    });
  });

  it('of a model with one output have no prefix', async () => {
    const options = {
      loss: crossentropy(),
      metrics: { out: [sparseCategoricalAccuracy()] },
      weightedMetrics: [sparseCategoricalAccuracy()],
    };
    const { train } = await trainOneEpoch(one(), options, { y: YB, sampleWeight: W });
    close(train, { sparse_categorical_accuracy: 0.2, weighted_sparse_categorical_accuracy: 0.2 });
  });

  it('of one name get numbers', async () => {
    const metrics = { a: [meanAbsoluteError(), meanAbsoluteError(), meanAbsoluteError()] };
    const { train } = await trainOneEpoch(two(), { loss: loss(), metrics }, { y: [YA, YB] });
    expect(Object.keys(train)).toEqual(
      expect.arrayContaining(['a_mean_absolute_error', 'a_mean_absolute_error_1', 'a_mean_absolute_error_2']),
    );
  });

  it('of all outputs have names of their own too, and none that a loss has', async () => {
    const gap = (name: string) =>
      keras.metrics.meanOf(name, (t, p) =>
        ops.abs(ops.sub((t as unknown as Output[])[0] as Output, (p as unknown as Output[])[0] as Output)),
      );
    const metrics = [gap('gap'), gap('gap'), gap('loss'), gap('a_loss')];
    const { train } = await trainOneEpoch(
      two(),
      { loss: loss(), lossWeights: { a: 0.5, b: 2 }, metrics: metrics as never },
      { y: [YA, YB] },
    );
    for (const name of ['gap', 'gap_1', 'loss_1', 'a_loss_1']) close(train, { [name]: 0.8041250109672546 });
    expect(train.loss).not.toBeCloseTo(0.804125, 3);
  });

  it('may be constructors and functions', async () => {
    const gap = (t: Output, p: Output) => ops.abs(ops.sub(t, p));
    const { train } = await trainOneEpoch(
      two(),
      { loss: loss(), lossWeights: { a: 0.5, b: 2 }, metrics: { a: [meanAbsoluteError, gap] } },
      { y: [YA, YB] },
    );
    close(train, { a_mean_absolute_error: 0.8041250109672546, a_gap: 0.8041250109672546 });
  });

  it.each([
    [{ c: [] }, /`metrics.c` must be for one of the model's outputs a, b/],
    [{ a: [3] }, /`metrics.a\[0\]` must be a metric or a no-arg callable that creates one, found a non-callable: 3/],
    [{ a: 3 }, /`metrics.a` must be a metric/],
    [{ a: [(t: Output, _p: Output) => t] }, /`metrics.a\[0\]` must have a name/],
    [{ a: [meanAbsoluteError()], b: [sparseCategoricalAccuracy] }, /found both types/],
  ])('refuse what is none: %j', (metrics, message) => {
    const inputSpec = { x: tensorSpec([null, 2]), y: [tensorSpec([null, 1]), tensorSpec([null], 'int32')] };
    expect(() => fromKerasModel(two(), { loss: loss(), inputSpec, metrics } as never)).toThrow(message);
  });
});
