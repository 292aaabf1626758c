/** The cases of TFF's `keras_utils_test.py`: its checks in their order, its numbers, its message patterns. */
import { describe, expect, it, vi } from 'vitest';
import type { Context } from '../../src/graph/context.js';
import type { Output } from '../../src/graph/graph.js';
import { add, addN } from '../../src/graph/ops/math.js';
import { fromKerasModel, keras, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { Model } from '../../src/keras/index.js';
import { Loss } from '../../src/keras/losses/loss.js';
import { Metric } from '../../src/keras/metrics/metric.js';

const mse = () => keras.losses.meanSquaredError();
const mae = () => keras.metrics.meanAbsoluteError();
const specs = (d: number) => ({ x: tensorSpec([null, d]), y: tensorSpec([null, 1]) });
const batch = (d: number) => ({ x: tensor([new Array<number>(d).fill(0), new Array<number>(d).fill(1)]), y: tensor([[0], [1]]) });
const values = (tensors: readonly Tensor[] | undefined) => (tensors ?? []).flatMap((t) => Array.from(t.data as Float32Array, Number));
const close = (actual: number | null, expected: number) => expect(actual).toBeCloseTo(expected, 5);

const linear = (d: number, options: object = { kernelInitializer: 'zeros' }) =>
  keras.sequential([keras.input({ shape: [d] }), keras.layers.dense({ units: 1, ...options })]);
const functional = (d: number) => {
  const x = keras.input({ shape: [d] });
  return keras.model({ inputs: x, outputs: keras.layers.dense({ units: 1, kernelInitializer: 'zeros' }).apply(x) });
};
const regularized = {
  kernelInitializer: 'ones',
  biasInitializer: 'ones',
  kernelRegularizer: keras.regularizers.l2({ l2: 0.01 }),
  biasRegularizer: keras.regularizers.l2({ l2: 0.01 }),
};

/** TFF's model with two inputs and three outputs: a dense layer on each, and one on what two others make of both. */
function multipleOutputs(options: object = { kernelInitializer: 'zeros' }): Model {
  const a = keras.input({ shape: [1], name: 'a' });
  const b = keras.input({ shape: [1], name: 'b' });
  const dense = () => keras.layers.dense({ units: 1, ...options });
  const outputA = keras.layers.dense({ units: 1, ...options }).apply(a);
  const outputB = keras.layers.dense({ units: 1, ...options }).apply(b);
  const c = keras.layers.dense({ units: 1, ...options }).apply(keras.layers.concatenate().apply([dense().apply(a), dense().apply(b)]));
  return keras.model({ inputs: { a, b }, outputs: [outputA, outputB, c] });
}
const multiSpec = {
  x: { a: tensorSpec([null, 1]), b: tensorSpec([null, 1]) },
  y: [tensorSpec([null, 1]), tensorSpec([null, 1]), tensorSpec([null, 1])],
};
const multiBatch = { x: { a: tensor([[0]]), b: tensor([[0]]) }, y: [tensor([[0]]), tensor([[1]]), tensor([[1]])] };

describe('checks, in their order', () => {
  const options = { loss: mse(), inputSpec: specs(1) };
  const bad =
    (change: object, model: unknown = linear(1)) =>
    () =>
      fromKerasModel(model as Model, { ...options, ...change } as never);

  it('kerasModel must be a Keras model, and not compiled', () => {
    for (const model of [null, 0, {}, () => linear(1)]) expect(bad({}, model)).toThrow(/`kerasModel` must be a Keras model/);
    expect(bad({}, 0)).toThrow(TypeError);
    const compiled = linear(1);
    compiled.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(bad({}, compiled)).toThrow(
      expect.objectContaining({
        name: 'ValueError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining('must not be compiled'),
      }),
    );
    expect(bad({ loss: 3 }, compiled)).toThrow(/must not be compiled/);
  });

  it('loss must be a Loss or a list of them', () => {
    for (const loss of [3, new Map([['a', mse()]]), () => 0, keras.losses.meanSquaredError, undefined]) {
      expect(bad({ loss })).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARG_TYPE',
          message: expect.stringContaining('`loss` must be a Loss or a list of Losses'),
        }),
      );
    }
    expect(bad({ loss: mse(), lossWeights: [1] })).toThrow(/`lossWeights` cannot be used if `loss` is not a list/);
    expect(bad({ loss: [mse(), mse()] })).toThrow(
      expect.objectContaining({ name: 'ValueError', message: expect.stringContaining('1 outputs') }),
    );
    expect(bad({ loss: [3] })).toThrow(/`loss\[0\]` must be a Loss/);
  });

  it('lossWeights must be one number per loss', () => {
    expect(bad({ loss: [mse()], lossWeights: [1, 2] })).toThrow(expect.objectContaining({ name: 'ValueError' }));
    for (const weight of ['1', Number.NaN, null])
      expect(bad({ loss: [mse()], lossWeights: [weight] })).toThrow(/`lossWeights\[0\]` must be a finite number/);
    expect(bad({ loss: [mse()], lossWeights: { a: 1 } })).toThrow(TypeError);
    expect(bad({ loss: [mse()], lossWeights: [1] })).not.toThrow();
  });

  it('inputSpec must be two elements of tensor specs, x and y', () => {
    const s = tensorSpec([null, 1]);
    for (const inputSpec of [[s], [s, s, s], { x: s }, { x: s, y: s, z: s }])
      expect(bad({ inputSpec })).toThrow(/must contain exactly two top-level elements/);
    expect(bad({ inputSpec: { a: s, y: s } })).toThrow(/`x`, representing the input/);
    expect(bad({ inputSpec: { x: s, b: s } })).toThrow(/`y`, representing the label/);
    for (const inputSpec of [s, 3, undefined]) expect(bad({ inputSpec })).toThrow(TypeError);
    expect(bad({ inputSpec: { x: s, y: tensor([1]) } })).toThrow(/`inputSpec.y` must be a tensor spec/);
    expect(bad({ inputSpec: [s, [s, 'float32']] })).toThrow(/`inputSpec\[1\]\[1\]` must be a tensor spec/);
  });

  it('metrics must be a list of metrics, or of constructors', () => {
    expect(bad({ metrics: mae() })).toThrow(TypeError);
    expect(bad({ metrics: new Map([['a', mae()]]) })).toThrow(/`metrics` must be a list/);
    expect(bad({ metrics: [3] })).toThrow(/found a non-callable/);
    expect(bad({ metrics: [() => 3] })).toThrow(/not a no-arg callable that creates a metric, it created 3/);
    expect(bad({ metrics: [mae(), keras.metrics.meanAbsoluteError] })).toThrow(/found both types in the `metrics`/);
    // A wrong element is named before the mixture is.
    expect(bad({ metrics: [mae(), () => 3] })).toThrow(/not a no-arg callable/);
  });

  it('an unknown option is refused', () => {
    expect(bad({ lossweights: [1] })).toThrow(/has no option `lossweights`/);
  });
});

describe.each([1, 3])('a linear model of %i inputs', (d) => {
  it.each([
    ['functional', functional],
    ['sequential', linear],
  ] as const)('%s', async (_, make) => {
    using model = fromKerasModel(make(d), { loss: mse(), inputSpec: specs(d), metrics: [mae()] });
    expect(values(model.localVariables.map((v) => v.value))).toEqual([0, 0, 0, 0, 0, 0]);
    const output = await model.forwardPass(batch(d));
    expect(values([output.predictions])).toEqual([0, 0]);
    expect(output.loss).toBe(0.5);
    expect(output.numExamples).toBe(2);
    const report = await model.reportLocalUnfinalizedMetrics();
    expect(Object.keys(report)).toEqual(['mean_absolute_error', 'loss', 'num_examples', 'num_batches']);
    expect(values(report.loss)).toEqual([1, 2]);
    expect(values(report.mean_absolute_error)).toEqual([1, 2]);
    expect(report.num_examples?.[0]?.data).toEqual(BigInt64Array.of(2n));
    expect(report.num_batches?.[0]?.data).toEqual(BigInt64Array.of(1n));
    await model.resetMetrics();
    expect(values(model.localVariables.map((v) => v.value))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('losses', () => {
  it('adds regularisers to the loss and not to the metric', async () => {
    using model = fromKerasModel(linear(3, regularized), { loss: mse(), inputSpec: specs(3), metrics: [mae()] });
    const output = await model.forwardPass(batch(3));
    expect(values([output.predictions])).toEqual([1, 4]);
    close(output.loss, 5.04);
    const report = await model.reportLocalUnfinalizedMetrics();
    expect(values(report.loss)).toEqual([10, 2]);
    expect(values(report.mean_absolute_error)).toEqual([4, 2]);
  });

  it('sums a list of losses, and one loss over all outputs gives the same', async () => {
    class ThreeMse extends Loss {
      static readonly className = 'ThreeMse';
      static readonly fields = {};
      readonly #mse = mse() as unknown as { call(t: Output, p: Output): Output };
      protected override call(yTrue: Output, yPred: Output): Output {
        const [labels, predictions] = [yTrue, yPred] as unknown as [Output[], Output[]];
        return addN(labels.map((t, i) => this.#mse.call(t, predictions[i] as Output)));
      }
    }
    using list = fromKerasModel(multipleOutputs(), { loss: [mse(), mse(), mse()], inputSpec: multiSpec });
    close((await list.forwardPass(multiBatch as never)).loss, 2);
    using one = fromKerasModel(multipleOutputs(), { loss: new ThreeMse(), inputSpec: multiSpec });
    close((await one.forwardPass(multiBatch as never)).loss, 2);
  });

  it('weighs them', async () => {
    using model = fromKerasModel(multipleOutputs(), { loss: [mse(), mse(), mse()], lossWeights: [0.1, 0.2, 0.3], inputSpec: multiSpec });
    close((await model.forwardPass(multiBatch as never)).loss, 0.5);
    close((await model.forwardPass(multiBatch as never)).loss, 0.5);
    using regular = fromKerasModel(multipleOutputs(regularized), { loss: [mse(), mse(), mse()], inputSpec: multiSpec });
    const output = await regular.forwardPass(multiBatch as never);
    expect(values([...output.predictions])).toEqual([1, 1, 3]);
    close(output.loss, 5.11);
    using weighted = fromKerasModel(multipleOutputs(regularized), {
      loss: [mse(), mse(), mse()],
      lossWeights: [0.1, 0.2, 0.3],
      inputSpec: multiSpec,
    });
    close((await weighted.forwardPass(multiBatch as never)).loss, 1.41);
  });

  it('weighs a list of one loss too, where TFF forgets to', async () => {
    using model = fromKerasModel(linear(1), { loss: [mse()], lossWeights: [0.5], inputSpec: specs(1) });
    close((await model.forwardPass(batch(1))).loss, 0.25);
  });
});

describe('metrics', () => {
  it('are not doubled where the user brings the counters', async () => {
    const metrics = [keras.metrics.meanAbsoluteError, () => counters.numBatchesCounter(), () => counters.numExamplesCounter()];
    const { models: counters } = await import('../../src/index.js');
    using model = fromKerasModel(linear(3), { loss: mse(), inputSpec: specs(3), metrics });
    await model.forwardPass({
      x: tensor([
        [1, 1, 1],
        [1, 1, 1],
      ]),
      y: tensor([[1], [1]]),
    });
    const report = await model.reportLocalUnfinalizedMetrics();
    const finalizers = model.metricFinalizers();
    const finalized = Object.fromEntries(
      await Promise.all(Object.entries(report).map(async ([name, v]) => [name, Number((await finalizers[name]?.(v))?.data[0])])),
    );
    expect(finalized).toEqual({ num_batches: 1, num_examples: 2, mean_absolute_error: 1, loss: 1 });
  });

  it('refuse unfinalized values that are not theirs', async () => {
    using model = fromKerasModel(linear(1), { loss: mse(), inputSpec: specs(1) });
    const { loss } = model.metricFinalizers();
    await expect(loss?.([tensor(1, [])])).rejects.toThrow(/must be a list of 2 tensors/);
    await expect(loss?.([tensor(1, []), tensor([1])])).rejects.toThrow(/must be float32\[\]/);
    await expect(loss?.(3 as never)).rejects.toThrow(TypeError);
    expect((await loss?.([tensor(3, []), tensor(4, [])]))?.data).toEqual(Float32Array.of(0.75));
  });

  it('may be made by constructors, with variables of their own types', async () => {
    class AddOne extends Metric {
      static readonly className = 'AddOne';
      static readonly fields = {};
      readonly #sum = this.addVariable('sum', [], { dtype: 'int64' });
      override get name(): string {
        return 'new_counter';
      }
      override update(ctx: Context): void {
        ctx.assign(this.#sum, add(ctx.read(this.#sum), ctx.graph.constant(1n, 'int64')));
      }
      override result(ctx: Context): Output {
        return ctx.read(this.#sum);
      }
    }
    using model = fromKerasModel(linear(1), {
      loss: mse(),
      inputSpec: specs(1),
      metrics: [keras.metrics.meanAbsoluteError, AddOne as never],
    });
    expect(model.localVariables.map((v) => v.dtype)).toEqual(['float32', 'float32', 'int64', 'float32', 'float32', 'int64', 'int64']);
    await model.forwardPass(batch(1));
    expect((await model.reportLocalUnfinalizedMetrics()).new_counter?.[0]?.data).toEqual(BigInt64Array.of(1n));
  });

  it('count over two passes of a model with a dictionary of inputs', async () => {
    using model = fromKerasModel(multipleOutputs(), { loss: [mse(), mse(), mse()], inputSpec: multiSpec });
    const two = { x: { a: tensor([[0], [1]]), b: tensor([[1], [0]]) }, y: [tensor([[0], [0]]), tensor([[1], [1]]), tensor([[1], [1]])] };
    await Promise.all([model.forwardPass(two as never), model.forwardPass(two as never)]);
    const report = await model.reportLocalUnfinalizedMetrics();
    expect([report.num_batches?.[0]?.data[0], report.num_examples?.[0]?.data[0], report.loss?.[1]?.data[0]]).toEqual([2n, 4n, 4]);
  });
});

describe('batch normalization', () => {
  it('is warned of once, however many layers there are', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const layers = [
      keras.layers.conv2d({ filters: 2, kernelSize: 1 }),
      keras.layers.batchNormalization(),
      keras.layers.batchNormalization(),
      keras.layers.flatten(),
      keras.layers.dense({ units: 1 }),
    ];
    using model = fromKerasModel(keras.sequential([keras.input({ shape: [2, 2, 1] }), ...layers]), {
      loss: mse(),
      inputSpec: { x: tensorSpec([null, 2, 2, 1]), y: tensorSpec([null, 1]) },
    });
    expect(warn.mock.calls.filter(([message]) => /Batch Normalization/.test(String(message)))).toHaveLength(1);
    warn.mockRestore();
    const images = {
      x: tensor(
        new Float32Array(8).map((_, i) => i),
        [2, 2, 2, 1],
      ),
      y: tensor([[0], [1]]),
    };
    const before = values(model.getWeights().nonTrainable);
    await model.forwardPass(images);
    await model.forwardPass(images);
    expect(model.localVariables.map((v) => Number(v.value.data[0])).slice(-2)).toEqual([4, 2]);
    expect(values(model.getWeights().nonTrainable)).toEqual(before);
  });
});
