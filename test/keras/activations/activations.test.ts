import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import * as activations from '../../../src/keras/activations/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { checkGradient } from '../../../src/testing/check-loss.js';

const X = [
  [-4, -2.75, -1, -0.6, -0.2, 0],
  [0.3, 0.5, 0.8, 1.5, 2.75, 7],
];

/** Value and gradient of an activation, on any number of rows. */
function evaluate(fn: (x: Output) => Output, dtype: 'float32' | 'float64'): (x: Tensor) => Promise<{ value: Tensor; gradient: Tensor }> {
  const computation = Computation.compile<[Tensor, Tensor]>([tensorSpec([null, 6], dtype)], (inputs) => {
    const [x] = inputs as [Output];
    const value = fn(x);
    return [value, gradients([sum(value)], [x])[0] as Output];
  });
  return async (x) => {
    const [value, gradient] = await computation.run([x]);
    return { value, gradient };
  };
}

async function check(fn: (x: Output) => Output, expected: readonly (readonly number[])[]): Promise<void> {
  const { value } = await evaluate(fn, 'float32')(tensor(X));
  const flat = expected.flat();
  expect(value.size).toBe(flat.length);
  flat.forEach((e, i) => {
    const v = Number(value.data[i]);
    expect(Math.abs(v - e), `value ${i}: ${v}, expected ${e}`).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(e));
  });
  // Not at 0, where some have a kink.
  const apart = X.map((row) => row.map((v) => (v === 0 ? 0.05 : v + 0.013)));
  await checkGradient(evaluate(fn, 'float64'), tensor(apart, undefined, 'float64'));
}

/** keras.activations.<name>(X) */
const DEFAULTS = {
  linear: [
    [-4, -2.75, -1, -0.60000002, -0.2, 0],
    [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
  ],
  relu: [
    [0, 0, 0, 0, 0, 0],
    [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
  ],
  relu6: [
    [0, 0, 0, 0, 0, 0],
    [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 6],
  ],
  leaky_relu: [
    [-0.80000001, -0.55000001, -0.2, -0.12, -0.040000003, 0],
    [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
  ],
  elu: [
    [-0.98168439, -0.93607211, -0.63212055, -0.45118839, -0.18126923, 0],
    [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
  ],
  celu: [
    [-0.98168439, -0.93607211, -0.63212055, -0.45118839, -0.18126927, 0],
    [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
  ],
  selu: [
    [-1.7258986, -1.6457077, -1.1113307, -0.79323399, -0.31868932, 0],
    [0.31521031, 0.52535051, 0.84056085, 1.5760515, 2.8894279, 7.354907],
  ],
  gelu: [
    [-0.00012668502, -0.0081943506, -0.15865526, -0.16455188, -0.084148057, 0],
    [0.18537343, 0.34573123, 0.63051569, 1.3997892, 2.7418056, 7],
  ],
  glu: [
    [-1.4173747, -1.2379565, -0.5],
    [0.24527235, 0.46995667, 0.79927117],
  ],
  silu: [
    [-0.07194484, -0.16523828, -0.2689414, -0.21260624, -0.090033188, 0],
    [0.17233273, 0.31122968, 0.5519796, 1.2263618, 2.5847616, 6.9936228],
  ],
  hard_silu: [
    [0, -0.11458334, -0.33333334, -0.24000001, -0.093333334, 0],
    [0.16500001, 0.29166666, 0.50666666, 1.125, 2.6354165, 7],
  ],
  mish: [
    [-0.072591737, -0.17019308, -0.3034015, -0.24693604, -0.10714479, 0],
    [0.20800139, 0.37524518, 0.6596998, 1.4033781, 2.7302144, 6.999989],
  ],
  sigmoid: [
    [0.01798621, 0.060086645, 0.2689414, 0.35434371, 0.45016593, 0.5],
    [0.57444245, 0.62245935, 0.68997449, 0.8175745, 0.93991333, 0.99908894],
  ],
  log_sigmoid: [
    [-4.0181499, -2.8119676, -1.3132616, -1.0374879, -0.79813892, -Math.LN2],
    [-0.5543552, -0.47407699, -0.37110066, -0.20141329, -0.061967589, -0.00091146649],
  ],
  hard_sigmoid: [
    [0, 0.041666668, 0.33333334, 0.40000001, 0.46666667, 0.5],
    [0.55000001, 0.58333331, 0.63333333, 0.75, 0.95833331, 1],
  ],
  sparse_sigmoid: [
    [0, 0, 0, 0.19999999, 0.40000001, 0.5],
    [0.64999998, 0.75, 0.89999998, 1, 1, 1],
  ],
  tanh: [
    [-0.99932927, -0.99185973, -0.76159418, -0.53704959, -0.19737533, 0],
    [0.29131263, 0.46211714, 0.66403681, 0.90514833, 0.99185973, 0.99999833],
  ],
  hard_tanh: [
    [-1, -1, -1, -0.60000002, -0.2, 0],
    [0.30000001, 0.5, 0.80000001, 1, 1, 1],
  ],
  tanh_shrink: [
    [-3.0006707, -1.7581403, -0.23840582, -0.062950432, -0.0026246756, 0],
    [0.008687377, 0.037882864, 0.1359632, 0.59485167, 1.7581403, 6.0000019],
  ],
  hard_shrink: [
    [-4, -2.75, -1, -0.60000002, 0, 0],
    [0, 0, 0.80000001, 1.5, 2.75, 7],
  ],
  soft_shrink: [
    [-3.5, -2.25, -0.5, -0.10000002, 0, 0],
    [0, 0, 0.30000001, 1, 2.25, 6.5],
  ],
  softplus: [
    [0.018149929, 0.061967589, 0.31326169, 0.43748793, 0.59813887, Math.LN2],
    [0.85435522, 0.97407693, 1.1711006, 1.7014133, 2.8119676, 7.0009117],
  ],
  softsign: [
    [-0.80000001, -0.73333335, -0.5, -0.375, -0.16666666, 0],
    [0.23076925, 0.33333334, 0.44444448, 0.60000002, 0.73333335, 0.875],
  ],
  sparse_plus: [
    [0, 0, 0, 0.039999995, 0.16000001, 0.25],
    [0.42249998, 0.5625, 0.80999994, 1.5, 2.75, 7],
  ],
  squareplus: [
    [0.23606801, 0.32518387, 0.61803401, 0.74403065, 0.90498757, 1],
    [1.1611874, 1.2807764, 1.4770329, 2, 3.0751839, 7.1400547],
  ],
  exponential: [
    [0.018315639, 0.063927859, 0.36787945, 0.54881161, 0.81873077, 1],
    [1.3498588, 1.6487212, 2.2255409, 4.481689, 15.642632, 1096.6332],
  ],
  softmax: [
    [0.0065002884, 0.022688238, 0.13056181, 0.1947753, 0.29057062, 0.35490376],
    [0.0012031026, 0.0014694727, 0.0019835809, 0.0039944407, 0.013941967, 0.9774074],
  ],
  log_softmax: [
    [-5.0359087, -3.7859087, -2.0359087, -1.6359087, -1.2359087, -1.0359087],
    [-6.7228513, -6.5228515, -6.2228513, -5.5228515, -4.2728515, -0.0228517],
  ],
  sparsemax: [
    [0, 0, 0, 0, 0.40000004, 0.60000002],
    [0, 0, 0, 0, 0, 1],
  ],
} as const;

test.each(Object.entries(DEFAULTS))('%s', (name, expected) => check(activations.getActivation(name).apply, expected));

// keras.activations.<name>(X, …)
test.each<[string, (x: Output) => Output, readonly (readonly number[])[]]>([
  [
    'relu(negative_slope=0.1, max_value=2.0, threshold=0.4)',
    (x) => activations.relu(x, { negativeSlope: 0.1, maxValue: 2, threshold: 0.4 }),
    [
      [-0.44000003, -0.31500003, -0.14, -0.1, -0.060000002, -0.040000003],
      [-0.0099999998, 0.5, 0.80000001, 1.5, 2, 2],
    ],
  ],
  [
    'relu(negative_slope=0.1)',
    (x) => activations.relu(x, { negativeSlope: 0.1 }),
    [
      [-0.40000001, -0.27500001, -0.1, -0.060000002, -0.020000001, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
    ],
  ],
  [
    'relu(max_value=6.0)',
    (x) => activations.relu(x, { maxValue: 6 }),
    [
      [0, 0, 0, 0, 0, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 6],
    ],
  ],
  [
    'relu(max_value=2.0)',
    (x) => activations.relu(x, { maxValue: 2 }),
    [
      [0, 0, 0, 0, 0, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2, 2],
    ],
  ],
  [
    'relu(threshold=0.4)',
    (x) => activations.relu(x, { threshold: 0.4 }),
    [
      [0, 0, 0, 0, 0, 0],
      [0, 0.5, 0.80000001, 1.5, 2.75, 7],
    ],
  ],
  [
    'relu(negative_slope=0.1, max_value=2.0)',
    (x) => activations.relu(x, { negativeSlope: 0.1, maxValue: 2 }),
    [
      [-0.40000001, -0.27500001, -0.1, -0.060000002, -0.020000001, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2, 2],
    ],
  ],
  [
    'leaky_relu(negative_slope=0.05)',
    (x) => activations.leakyRelu(x, { negativeSlope: 0.05 }),
    [
      [-0.2, -0.1375, -0.050000001, -0.030000001, -0.010000001, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
    ],
  ],
  [
    'elu(alpha=0.5)',
    (x) => activations.elu(x, { alpha: 0.5 }),
    [
      [-0.49084219, -0.46803606, -0.31606027, -0.22559419, -0.090634614, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
    ],
  ],
  [
    'celu(alpha=0.5)',
    (x) => activations.celu(x, { alpha: 0.5 }),
    [
      [-0.49983227, -0.4979566, -0.43233237, -0.3494029, -0.16483998, 0],
      [0.30000001, 0.5, 0.80000001, 1.5, 2.75, 7],
    ],
  ],
  [
    'gelu(approximate=True)',
    (x) => activations.gelu(x, { approximate: true }),
    [
      [-7.0214272e-5, -0.0077231601, -0.15880799, -0.16458479, -0.084148571, 0],
      [0.18537094, 0.345714, 0.63043171, 1.3995715, 2.7422767, 7],
    ],
  ],
  [
    'squareplus(b=2)',
    (x) => activations.squareplus(x, { b: 2 }),
    [
      [0.12132025, 0.17116463, 0.36602539, 0.46811455, 0.61414284, 0.70710677],
      [0.8728416, 1, 1.2124039, 1.7807764, 2.9211645, 7.070714],
    ],
  ],
  [
    'soft_shrink(threshold=1.0)',
    (x) => activations.softShrink(x, { threshold: 1 }),
    [
      [-3, -1.75, 0, 0, 0, 0],
      [0, 0, 0, 0.5, 1.75, 6],
    ],
  ],
  [
    'hard_shrink(threshold=1.0)',
    (x) => activations.hardShrink(x, { threshold: 1 }),
    [
      [-4, -2.75, 0, 0, 0, 0],
      [0, 0, 0, 1.5, 2.75, 7],
    ],
  ],
  [
    'threshold(threshold=0.4, default_value=-1.0)',
    (x) => activations.threshold(x, { threshold: 0.4, defaultValue: -1 }),
    [
      [-1, -1, -1, -1, -1, -1],
      [-1, 0.5, 0.80000001, 1.5, 2.75, 7],
    ],
  ],
  [
    'softmax(axis=0)',
    (x) => activations.softmax(x, { axis: 0 }),
    [
      [0.013386915, 0.037326884, 0.14185107, 0.10909683, 0.049736507, 0.00091105123],
      [0.98661309, 0.96267307, 0.85814887, 0.89090317, 0.9502635, 0.999089],
    ],
  ],
  [
    'log_softmax(axis=0)',
    (x) => activations.logSoftmax(x, { axis: 0 }),
    [
      [-4.3134775, -3.2880414, -1.9529777, -2.2155194, -3.0010159, -7.0009112],
      [-0.013477293, -0.038041413, -0.15297766, -0.11551952, -0.051015947, -0.00091141637],
    ],
  ],
  [
    'sparsemax(axis=0)',
    (x) => activations.sparsemax(x, { axis: 0 }),
    [
      [0, 0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1],
    ],
  ],
  ['glu(axis=0)', (x) => activations.glu(x, { axis: 0 }), [[-2.2977703, -1.7117633, -0.68997449, -0.49054471, -0.18798266, 0]]],
])('%s', (_name, fn, expected) => check(fn, expected));

test('every named activation is tested', () => expect(Object.keys(activations.ACTIVATIONS).sort()).toEqual(Object.keys(DEFAULTS).sort()));

test("Keras 2's hard sigmoid is 0.2 x + 0.5 within [0, 1]", () =>
  check(activations.hardSigmoidKeras2, [
    [0, 0, 0.3, 0.38, 0.46, 0.5],
    [0.56, 0.6, 0.66, 0.8, 1, 1],
  ]));

test('glu refuses an odd axis', async () => {
  const odd = () => Computation.compile([tensorSpec([null, 3], 'float32')], (inputs) => [activations.glu((inputs as [Output])[0])]);
  expect(odd).toThrow(/glu needs an even size of axis -1/);
});
