import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DisposedError, fromKerasModel, keras, TensorFlowError, tensor, tensorSpec } from '../../src/index.js';
import { collectGarbage } from '../../src/native/garbage.js';
import { binding } from '../../src/native/loader.js';
import type { Tensor } from '../../src/tensor.js';

const model = () => keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 3, kernelInitializer: 'ones' })]);
const inputSpec = { x: tensorSpec([null, 2]), y: tensorSpec([null], 'int32') };
const make = () => fromKerasModel(model(), { loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }), inputSpec });
const x = () =>
  tensor([
    [1, 2],
    [3, 4],
  ]);
const y = () => tensor([0, 2], [2], 'int32');

describe('forwardPass', () => {
  it('takes batches of any size and either form, and plain arrays', async () => {
    using federated = make();
    const one = await federated.forwardPass({ x: x(), y: y() });
    expect(one.loss).toBeCloseTo(Math.log(3), 6);
    const other = await federated.forwardPass([[[1, 2]], [1]] as never);
    expect(other.numExamples).toBe(1);
    expect(other.predictions.shape).toEqual([1, 3]);
  });

  it('gives no loss and leaves the metrics for a batch without labels', async () => {
    using federated = make();
    const output = await federated.forwardPass({ x: x() } as never);
    expect(output.loss).toBeNull();
    expect((await federated.reportLocalUnfinalizedMetrics()).num_batches?.[0]?.data[0]).toBe(0n);
    await expect(federated.backwardPass({ x: x() } as never)).rejects.toThrow(/must have labels `y`/);
  });

  it('refuses bad batches and goes on', async () => {
    using federated = make();
    const bad: [unknown, RegExp][] = [
      [{ y: y() }, /missing the required key `x`, received the keys y/],
      [3, /`batch` must be \{ x, y \} or \[x, y\]/],
      [{ x: tensor([[1, 2]], undefined, 'float64'), y: y() }, /`batch.x` must be float32, received float64/],
      [{ x: tensor([1, 2]), y: y() }, /`batch.x` must be of shape \[null, 2\]/],
      [{ x: tensor([[1, 2, 3]]), y: y() }, /`batch.x` must be of shape \[null, 2\], received float32\[1, 3\]/],
      [{ x: x(), y: tensor([0, 1]) }, /`batch.y` must be int32/],
      [{ x: x(), y: tensor([0], [1], 'int32') }, /`batch.y` must have 2 examples as the tensors before, received int32\[1\]/],
      [{ x: 'text', y: y() }, /`batch.x` must be a tensor float32\[null, 2\]/],
      [{ x: { a: x() }, y: y() }, /`batch.x` must be a tensor/],
    ];
    for (const [batch, message] of bad) await expect(federated.forwardPass(batch as never)).rejects.toThrow(message);
    const outOfRange = federated.forwardPass({ x: x(), y: tensor([0, 7], [2], 'int32') });
    await expect(outOfRange).rejects.toBeInstanceOf(TensorFlowError);
    await expect(outOfRange).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('label value of 7') });
    await expect(federated.forwardPass({ x: x(), y: y() }, { train: true } as never)).rejects.toThrow(/has no option `train`/);
    await federated.forwardPass({ x: x(), y: y() });
    expect((await federated.reportLocalUnfinalizedMetrics()).num_batches?.[0]?.data[0]).toBe(1n);
  });
});

describe('backwardPass', () => {
  it('gives gradients in the order of the trainable variables', async () => {
    using federated = make();
    const { gradients } = await federated.backwardPass({ x: x(), y: y() });
    expect(federated.trainableVariables.map((v) => v.name)).toEqual(['kernel', 'bias']);
    // All logits are equal, so the softmax is 1/3: d loss / d bias = mean(1/3 - onehot).
    const third = 1 / 3;
    [third - 0.5, third, third - 0.5].forEach((e, i) => expect(gradients[1]?.data[i]).toBeCloseTo(e, 6));
    const kernel = [
      [1, 2],
      [3, 4],
    ].map((row, r) => row.map((v) => [0, 1, 2].map((c) => (v * (third - Number(c === [0, 2][r]))) / 2)));
    const expected = [0, 1].flatMap((i) => [0, 1, 2].map((c) => (kernel[0]?.[i]?.[c] ?? 0) + (kernel[1]?.[i]?.[c] ?? 0)));
    expected.forEach((e, i) => expect(gradients[0]?.data[i]).toBeCloseTo(e, 6));
  });

  it('gives zeros for a variable that the loss does not depend on', async () => {
    const input = keras.input({ shape: [2] });
    const used = keras.layers.dense({ units: 3 }).apply(input);
    const unused = keras.layers.dense({ units: 3 });
    unused.apply(input);
    const both = keras.model({ inputs: input, outputs: [used, unused.apply(input)] });
    using federated = fromKerasModel(both, {
      loss: [
        keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
        keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      ],
      lossWeights: [1, 0],
      inputSpec: { x: inputSpec.x, y: [inputSpec.y, inputSpec.y] },
    });
    const { gradients } = await federated.backwardPass({ x: x(), y: [y(), y()] });
    expect(Array.from(gradients[2]?.data as Float32Array)).toEqual(new Array(6).fill(0));
  });
});

describe('weights', () => {
  it('are read and set as a whole, or not at all', async () => {
    using federated = make();
    const weights = federated.getWeights();
    const [kernel, bias] = weights.trainable as [never, never];
    const bad: [unknown, RegExp][] = [
      [{ trainable: [kernel], nonTrainable: [] }, /`weights.trainable` must be 2 tensors, received 1/],
      [{ trainable: [kernel, tensor([1, 2])], nonTrainable: [] }, /`weights.trainable\[1\]` must be float32\[3\]/],
      [
        {
          trainable: [
            tensor([
              [1, 2, 3],
              [4, Number.NaN, 6],
            ]),
            bias,
          ],
          nonTrainable: [],
        },
        /must be numbers, received NaN at position 4/,
      ],
      [{ trainable: [tensor(new Float64Array(6), [2, 3]), bias], nonTrainable: [] }, /must be float32/],
      [[kernel, bias], /must be an object/],
    ];
    for (const [value, message] of bad) expect(() => federated.setWeights(value as never)).toThrow(message);
    expect(federated.getWeights()).toEqual(weights);
    federated.setWeights({ trainable: [kernel, tensor([5, 6, 7])], nonTrainable: [] });
    const { data } = await federated.predictOnBatch(x());
    expect(Array.from(data as Float32Array)).toEqual([8, 9, 10, 12, 13, 14]);
  });
});

describe('dispose', () => {
  it('ends the model', async () => {
    const federated = make();
    await federated.forwardPass({ x: x(), y: y() });
    federated.dispose();
    federated.dispose();
    await expect(federated.forwardPass({ x: x(), y: y() })).rejects.toBeInstanceOf(DisposedError);
    await expect(federated.predictOnBatch(x())).rejects.toBeInstanceOf(DisposedError);
    expect(() => federated.getWeights()).toThrow(DisposedError);
  });

  it('refuses a disposed tensor without harm', async () => {
    using federated = make();
    const gone = x();
    gone.dispose();
    await expect(federated.forwardPass({ x: gone, y: y() })).rejects.toBeInstanceOf(DisposedError);
    await expect(federated.forwardPass({ x: x(), y: y() })).resolves.toBeDefined();
  });
});

describe('the owner of weights', () => {
  it('belong to who got or gave them: to dispose them leaves the model as it is', async () => {
    using federated = make();
    const before = (await federated.forwardPass({ x: x(), y: y() })).loss;
    const weights = federated.getWeights();
    const given = { trainable: weights.trainable.map((t) => tensor(t.data as Float32Array, t.shape)), nonTrainable: [] };
    federated.setWeights(given);
    for (const t of [...weights.trainable, ...given.trainable]) t.dispose();
    expect((await federated.forwardPass({ x: x(), y: y() })).loss).toBe(before);
    expect(federated.getWeights().trainable[0]?.data).toEqual(new Float32Array(6).fill(1));
  });
});

describe('the initial weights of a large model', () => {
  const WIDTH = 4096;
  const bytes = 4 * WIDTH * WIDTH;
  const large = () =>
    fromKerasModel(keras.sequential([keras.input({ shape: [WIDTH] }), keras.layers.dense({ units: WIDTH, useBias: false })]), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, WIDTH]), y: tensorSpec([null, WIDTH]) },
    });
  // What a weak reference was made to or read from stays until the turn ends.
  const collected = async (): Promise<void> => {
    await setImmediate();
    await collectGarbage();
  };
  const samples = (t: Tensor | undefined): number[] => Array.from({ length: 1000 }, (_, i) => (t as Tensor).data[9973 * i] as number);

  it('are not held besides those that were asked for, and are the same again', async () => {
    await collected();
    const before = binding().stats().tensorBytes;
    // In whole copies: small tensors of other tests may be collected in between.
    const held = (): number => Math.round((binding().stats().tensorBytes - before) / bytes) + 0;
    using federated = large();
    // In a function of its own: an async one keeps its temporary values while it waits.
    const ask = (): number[] => samples(federated.getWeights().trainable[0]);
    const first = ask();
    expect(held()).toBe(1);
    await collected();
    expect(held()).toBe(0);
    expect(ask()).toEqual(first);
    const kept = federated.getWeights();
    await collected();
    expect(ask()).toEqual(first);
    expect(held()).toBe(1);
    kept.trainable[0]?.dispose();
  });

  it('are held where they were set', async () => {
    using federated = large();
    const set = new Float32Array(WIDTH * WIDTH).fill(0.5);
    federated.setWeights({ trainable: [tensor(set, [WIDTH, WIDTH])], nonTrainable: [] });
    federated.getWeights();
    await collected();
    expect(new Set(samples(federated.getWeights().trainable[0]))).toEqual(new Set([0.5]));
  });
});
