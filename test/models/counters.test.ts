/** Numbers of TFF's counters_test and keras_finalizer_test (contract F.7). */
import { describe, expect, it } from 'vitest';
import { add } from '../../src/graph/ops/math.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { type Context, fromKerasModel, keras, models, type Output, tensor, tensorSpec } from '../../src/index.js';

const SPEC = tensorSpec([null, 1]);
/** A model that gives back its inputs, with labels in a structure. */
const identity = (y: object, metrics: readonly keras.metrics.Metric[] = []) =>
  models.functional({
    initialWeights: { trainable: { w: 0 } },
    predict: (_, x) => x as Output,
    loss: (output) => sum(output as Output),
    inputSpec: { x: SPEC, y } as { x: typeof SPEC; y: typeof SPEC },
    metrics,
  });
const column = (rows: number) => tensor(new Float32Array(rows), [rows, 1]);

describe('counters', () => {
  const structures: [string, object, (t: ReturnType<typeof column>) => unknown][] = [
    ['a tensor', SPEC, (t) => t],
    ['a dictionary', { a: SPEC, b: SPEC }, (t) => ({ a: t, b: t })],
    ['a list in a dictionary', { a: [SPEC, SPEC] }, (t) => ({ a: [t, t] })],
    ['nothing', [], () => []],
  ];

  it.each(structures)('count batches, and the rows of labels that are %s', async (_, y, labels) => {
    const model = identity(y);
    const counted = async () => {
      const { num_examples, num_batches } = await model.reportLocalUnfinalizedMetrics();
      return [num_examples?.[0]?.data, num_batches?.[0]?.data];
    };
    expect(await counted()).toEqual([BigInt64Array.of(0n), BigInt64Array.of(0n)]);
    for (const [rows, examples, batches] of [
      [10, 10n, 1n],
      [5, 15n, 2n],
    ] as const) {
      await model.forwardPass({ x: column(rows), y: labels(column(rows)) } as never);
      expect(await counted()).toEqual([BigInt64Array.of(examples), BigInt64Array.of(batches)]);
    }
    await model.resetMetrics();
    expect(await counted()).toEqual([BigInt64Array.of(0n), BigInt64Array.of(0n)]);
  });

  it('have names of their own, and are told from their variables alone', () => {
    const [examples, batches] = [models.numExamplesCounter(), models.numBatchesCounter({ name: 'steps' })];
    expect([examples.name, batches.name]).toEqual(['num_examples', 'steps']);
    expect([...examples.counts.values(), ...batches.counts.values()]).toEqual(['examples', 'batches']);
    expect(() => models.numExamplesCounter({ rows: 1 } as never)).toThrow(/has no option `rows`/);
  });
});

describe('a finalizer', () => {
  /** The sum of two scalars and a vector. */
  class CustomSum extends keras.metrics.Metric<typeof keras.metrics.metricFields> {
    static readonly className = 'CustomSum';
    static readonly fields = keras.metrics.metricFields;
    readonly #all = [this.addVariable('a'), this.addVariable('b'), this.addVariable('c', [2])];

    override update(): void {}
    override result(ctx: Context): Output {
      return this.#all.map((v) => sum(ctx.read(v))).reduce((x, y) => add(x, y));
    }
  }
  const model = fromKerasModel(keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1 })]), {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: SPEC, y: SPEC },
    metrics: [keras.metrics.accuracy({ name: 'accuracy' }), new CustomSum({ name: 'custom_sum' })],
  });
  const finalized = async (name: string, values: unknown) => (await model.metricFinalizers()[name]?.(values as never))?.data[0];

  it('makes the value of any number of variables, and changes none', async () => {
    expect(await finalized('accuracy', [tensor(2), tensor(2)])).toBe(1);
    expect(await finalized('custom_sum', [tensor(1), tensor(1), tensor([1, 1])])).toBe(4);
    expect((await model.reportLocalUnfinalizedMetrics()).accuracy?.map((t) => t.data[0])).toEqual([0, 0]);
  });

  it.each([
    ['another number', [tensor(1)], RangeError],
    ['another shape', [tensor(1), tensor([1, 2])], RangeError],
    ['another element type', [tensor(1), tensor(1, [], 'int32')], RangeError],
    ['no list', { total: tensor(1), count: tensor(1) }, TypeError],
    ['no tensors', [1, 2], TypeError],
  ])('refuses %s', async (_, values, kind) => {
    await expect(finalized('accuracy', values)).rejects.toBeInstanceOf(kind);
  });
});
