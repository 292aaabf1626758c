import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/graph/graph.js';
import { algorithms, data, fromKerasModel, keras, ops, tensor, tensorSpec } from '../../src/index.js';
import { crossentropy, one, trainOneEpoch, two, W, WB, X, YA, YB } from './keras-fit.js';

const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));
};
const mse = () => keras.losses.meanSquaredError();
const spec = { x: tensorSpec([null, 2]), y: [tensorSpec([null, 1]), tensorSpec([null], 'int32')] };

// two.compile(loss={'a': 'mse', 'b': SparseCategoricalCrossentropy(from_logits=True)}, loss_weights={'a': 0.5, 'b': 2.0}), y=[YA, YB]
const NAMED = [
  [0.33543750643730164, 0.523562490940094],
  [-0.06456250697374344],
  [0.42052119970321655, -0.0643763318657875, 0.39385509490966797, 0.48321133852005005, 0.2587577700614929, 0.008030936121940613],
  [0.18047520518302917, 0.10602164268493652, 0.013503164052963257],
];

describe('losses by the names of outputs', () => {
  const options = () => ({ loss: { b: crossentropy(), a: mse() }, lossWeights: { a: 0.5, b: 2 } });

  it.each([
    ['a list of outputs and of labels', false, [YA, YB]],
    ['a list of outputs, labels by name', false, { a: YA, b: YB }],
    ['outputs and labels by name', true, { a: YA, b: YB }],
  ] as const)("train as Keras's: %s", async (_, dictionary, y) => {
    const { train, weights } = await trainOneEpoch(two(dictionary), options(), { y: y as never });
    close([train.loss, train.a_loss, train.b_loss] as number[], [2.558436155319214, 0.8366352319717407, 1.0700592994689941]);
    weights.forEach((w, i) => close(w, NAMED[i] as number[]));
  });

  it('may be of some outputs only', async () => {
    const { train, weights } = await trainOneEpoch(two(), { loss: { a: mse(), b: null } }, { y: [YA, YB] });
    close([train.loss as number], [0.9498799443244934]);
    expect(train).not.toHaveProperty('a_loss');
    close(weights.flat(), [0.236, 0.551, -0.139, ...new Array<number>(6).fill(0.25), 0.1, 0.1, 0.1]);
    const alone = await trainOneEpoch(two(), { loss: { a: mse() } }, { y: { a: YA } });
    expect(alone.weights).toEqual(weights);
  });

  it.each([
    [{ loss: { c: mse() } }, /`loss.c` must be for one of the model's outputs a, b/],
    [{ loss: { a: 3 } }, /`loss.a` must be a Loss or a function of labels and predictions, received 3/],
    [{ loss: { a: null } }, /must have a loss for at least one output/],
    [{ loss: { a: mse() }, lossWeights: { b: 1 } }, /`lossWeights.b` must be the weight of one of the losses a/],
    [{ loss: { a: mse() }, lossWeights: [1] }, /`lossWeights` must be a dictionary/],
    [{ loss: { a: mse() }, lossWeights: { a: Number.NaN } }, /`lossWeights.a` must be a finite number/],
    [{ loss: { a: mse(), b: mse() }, inputSpec: { x: spec.x, y: [spec.y[0]] } }, /`y` must have something for the output `b`/],
    [{ loss: { a: mse(), b: mse() }, inputSpec: { x: spec.x, y: { a: spec.y[0] } } }, /`y` must have something for the output `b`/],
  ])('refuse what fits no output: %j', (change, message) => {
    expect(() => fromKerasModel(two(), { inputSpec: spec, ...change } as never)).toThrow(message);
  });

  it('need names that one output has each', () => {
    const x = keras.input({ shape: [2] });
    const dense = keras.layers.dense({ units: 1, name: 'shared' });
    const model = keras.model({ inputs: x, outputs: [dense.apply(x), dense.apply(x)] });
    expect(() => fromKerasModel(model, { loss: { shared: mse() }, inputSpec: spec })).toThrow(/a name that 2 outputs have/);
  });
});

describe('sample weights', () => {
  it('weigh the losses of examples', async () => {
    const { train, weights } = await trainOneEpoch(one(), { loss: crossentropy() }, { y: YB, sampleWeight: W });
    close([train.loss as number], [1.1096508502960205]);
    close(
      weights[0] as number[],
      [0.3566424548625946, 0.15611058473587036, 0.23724693059921265, 0.3865635395050049, 0.24115005135536194, 0.12228639423847198],
    );
    close(weights[1] as number[], [0.18656355142593384, 0.09115005284547806, 0.02228638529777527]);
  });

  it.each([
    ['as a list', [W, WB]],
    ['by name', { a: W, b: WB }],
  ] as const)('are one for each output %s', async (_, sampleWeight) => {
    const { train, weights } = await trainOneEpoch(
      two(),
      { loss: { a: mse(), b: crossentropy() } },
      { y: [YA, YB], sampleWeight: sampleWeight as never },
    );
    close([train.loss, train.a_loss, train.b_loss] as number[], [2.619450807571411, 1.4358298778533936, 1.183620810508728]);
    close(weights[0] as number[], [0.05700002610683441, 0.5370000004768372]);
    close(weights[3] as number[], [0.09592203795909882, 0.15848951041698456, 0.04558843746781349]);
  });

  it('must be where the spec has them, and nowhere else', async () => {
    const x = tensorSpec([null, 2]);
    const y = tensorSpec([null], 'int32');
    using plain = fromKerasModel(one(), { loss: crossentropy(), inputSpec: { x, y } });
    await expect(plain.forwardPass({ x: X, y: YB, sampleWeight: W } as never)).rejects.toThrow(/`batch.sampleWeight` must be left out/);
    using weighted = fromKerasModel(one(), { loss: crossentropy(), inputSpec: { x, y, sampleWeight: tensorSpec([null]) } });
    await expect(weighted.forwardPass({ x: X, y: YB } as never)).rejects.toThrow(/`batch.sampleWeight` must be given/);
    await expect(weighted.forwardPass({ x: X, y: YB, sampleWeight: YB } as never)).rejects.toThrow(/must be float32/);
    const process = algorithms.buildFedEval(weighted);
    const without = data.clientDataset({ x: X, y: YB });
    await expect(process.next(await process.initialize(), [without])).rejects.toThrow(/`clients\[0\].sampleWeight` must be given/);
    const list = { x, y, sampleWeight: [tensorSpec([null])] };
    expect(() => fromKerasModel(one(), { loss: crossentropy(), inputSpec: list })).toThrow(/`sampleWeight` must be one tensor/);
  });
});

describe('plain functions', () => {
  const fourth = (t: Output, p: Output) => ops.mean(ops.pow(ops.sub(t, p), 4), -1);

  it('are losses and metrics', async () => {
    const oneHot = tensor([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const { train, weights } = await trainOneEpoch(one(), { loss: fourth, metrics: [fourth] }, { y: oneHot });
    close([train.loss, train.fourth] as number[], [0.2575400471687317, 0.2575400471687317]);
    close(weights[1] as number[], [0.0954633504152298, 0.18104535341262817, 0.052440546452999115]);
  });

  it('are losses of one output each, too', async () => {
    const squared = (t: Output, p: Output) => ops.mean(ops.square(ops.sub(t, p)), -1);
    const options = { loss: { a: squared, b: crossentropy() }, lossWeights: { a: 0.5, b: 2 } };
    const { weights } = await trainOneEpoch(two(), options, { y: [YA, YB] });
    weights.forEach((w, i) => close(w, NAMED[i] as number[]));
  });
});
