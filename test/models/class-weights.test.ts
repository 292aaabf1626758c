import { describe, expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { fromKerasModel, keras, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import { sampleWeightsOf } from '../../src/models/class-weights.js';
import { crossentropy, one, trainOneEpoch, two, YB } from './keras-fit.js';

const weightsOf = async (labels: Tensor): Promise<number[]> => {
  const pairs = [
    [0, 0.1],
    [2, 3],
  ] as const;
  const spec = tensorSpec([null, ...labels.shape.slice(1)], labels.dtype);
  using computation = Computation.compile(spec as never, (y) => sampleWeightsOf(pairs, y as Output));
  return Array.from(((await computation.run(labels)) as Tensor).data as Float32Array);
};

describe('class weights', () => {
  const expected = {
    loss: 1.2942819595336914,
    weights: [0.06391049921512604, 0.09050321578979492, 0.1455862671136856],
  };

  it.each([
    ['class numbers', YB, crossentropy()],
    [
      'one-hot labels',
      tensor([
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
        [0, 1, 0],
        [1, 0, 0],
      ]),
      keras.losses.categoricalCrossentropy({ fromLogits: true }),
    ],
  ])("train as Keras's, by %s", async (_, y, loss) => {
    const weightedMetrics = y === YB ? [keras.metrics.sparseCategoricalCrossentropy({ fromLogits: true })] : [];
    const { train, weights } = await trainOneEpoch(one(), { loss, classWeight: { 0: 0.5, 2: 3 }, weightedMetrics }, { y });
    expect(train.loss).toBeCloseTo(expected.loss, 5);
    if (y === YB) expect(train.sparse_categorical_crossentropy).toBeCloseTo(1.0785683393478394, 5);
    expected.weights.forEach((w, i) => expect(weights[1]?.[i]).toBeCloseTo(w, 5));
  });

  it('are 1 for other classes, and exact', async () => {
    const expectedWeights = [...Float32Array.of(0.1, 1, 3, 1, 1)];
    expect(await weightsOf(tensor([0, 1, 2, 7, -1], [5], 'int32'))).toEqual(expectedWeights);
    expect(await weightsOf(tensor([[0.2], [0.9], [2.4], [7], [-1]]))).toEqual(expectedWeights);
    expect(
      await weightsOf(
        tensor([
          [0.1, 0.7, 0.2],
          [1, 0, 0],
        ]),
      ),
    ).toEqual([1, expectedWeights[0]]);
  });

  it.each([
    [[1, 2], /`classWeight` must be a dictionary/],
    [{ a: 1 }, /keys are class numbers, received "a"/],
    [{ 0: Number.NaN }, /`classWeight\[0\]` must be a finite number/],
    [{ 0: '1' }, /`classWeight\[0\]` must be a number/],
  ])('refuse %j', (classWeight, message) => {
    const inputSpec = { x: tensorSpec([null, 2]), y: tensorSpec([null], 'int32') };
    expect(() => fromKerasModel(one(), { loss: crossentropy(), inputSpec, classWeight } as never)).toThrow(message);
  });

  it('are for one tensor of labels without sample weights', () => {
    const [x, y] = [tensorSpec([null, 2]), tensorSpec([null], 'int32')];
    const classWeight = { 0: 2 };
    expect(() =>
      fromKerasModel(one(), { loss: crossentropy(), inputSpec: { x, y, sampleWeight: tensorSpec([null]) }, classWeight }),
    ).toThrow(/cannot be used together with `sampleWeight`/);
    expect(() => fromKerasModel(two(), { loss: { b: crossentropy() }, inputSpec: { x, y: { b: y } }, classWeight })).toThrow(
      /one tensor of labels/,
    );
  });
});
