/**
 * Normalisation of `bfloat16`, by Keras 3.15's numbers (TensorFlow, CPU):
 *
 *     x = np.array([[1, 200.5, -3, 4.25], [300, 2, 0.1, -7], [1.5, 2.5, 3.5, 1000]], 'float32')
 *     layer = BatchNormalization(dtype='mixed_bfloat16'); layer(x, training=True); layer.non_trainable_variables
 */
import { expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { cast } from '../../../src/graph/ops/math.js';
import { keras, type Tensor, tensor, tensorSpec } from '../../../src/index.js';
import type { Layer } from '../../../src/keras/engine/layer.js';

const x = tensor([
  [1, 200.5, -3, 4.25],
  [300, 2, 0.1, -7],
  [1.5, 2.5, 3.5, 1000],
]);
const dtype = 'mixed_bfloat16';

async function train(layer: Layer) {
  layer.apply(keras.input({ shape: [4] }));
  const { weights } = layer;
  let type = '';
  using computation = Computation.compile(tensorSpec([null, 4]), (given, graph) => {
    const ctx = new Context(graph, { training: true, values: new Map(weights.map((w) => [w, graph.constant(w.value)])) });
    const y = layer.invoke(ctx, given) as Output;
    type = y.dtype;
    return [cast(y, 'float32'), ...weights.map((w) => ctx.read(w))];
  });
  const [y, ...after] = ((await computation.run(x)) as Tensor[]).map((t) => Array.from(t.data as Float32Array));
  return { type, y, after };
}

it.each([
  [
    keras.layers.batchNormalization({ dtype }),
    [
      -0.70703125, 1.4140625, -1.203125, -0.6953125, 1.4140625, -0.7109375, -0.03759765625, -0.71875, -0.70703125, -0.703125, 1.2421875,
      1.4140625,
    ],
  ],
  [
    keras.layers.layerNormalization({ dtype }),
    [
      -0.57421875, 1.734375, -0.62109375, -0.53515625, 1.734375, -0.55078125, -0.5625, -0.6171875, -0.578125, -0.578125, -0.57421875,
      1.734375,
    ],
  ],
  [keras.layers.groupNormalization({ groups: 2, dtype }), [-1, 1, -1, 1, 1, -1, 1, -1, -0.99609375, 0.99609375, -1, 1]],
  [
    keras.layers.rmsNormalization({ dtype }),
    [0.010009765625, 2, -0.030029296875, 0.04248046875, 2, 0.0133056640625, 0.000667572021484375, -0.046630859375].concat([
      0.0030059814453125, 0.0050048828125, 0.006988525390625, 2,
    ]),
  ],
])('computes in float32: %s', async (layer, expected) => {
  const { type, y } = await train(layer);
  expect(type).toBe('bfloat16');
  // One unit in the last place of `bfloat16`, where the order of sums decides how a value is rounded.
  expected.forEach((value, i) => expect(Math.abs((y?.[i] as number) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -7));
});

it('moves the averages of batch normalisation in float32', async () => {
  const { after } = await train(keras.layers.batchNormalization({ dtype }));
  const averages = [
    [1.0083333253860474, 0.6816666126251221, 0.002000325359404087, 3.3241665363311768],
    [199.32720947265625, 87.89056396484375, 1.0604666471481323, 2229.53857421875],
  ];
  averages.forEach((list, k) => list.forEach((value, i) => expect((after[k + 2]?.[i] as number) / value).toBeCloseTo(1, 5)));
});
