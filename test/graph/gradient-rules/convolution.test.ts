import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { Computation } from '../../../src/graph/computation.js';
import { gradients } from '../../../src/graph/gradients.js';
import { Graph, type Output } from '../../../src/graph/graph.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { conv2d, conv2dBackpropInput, conv3d, conv3dBackpropInput, depthwiseConv2d, type Padding } from '../../../src/graph/ops/nn.js';
import { ownGradients } from '../../../src/graph/ops/own-convolution.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { type Case, type Known, testGradients } from '../finite-differences.js';

// Kernels and channels are always known.
const known: readonly Known[] = ['all'];
const PADDINGS: readonly Padding[] = ['same', 'valid'];

describe('two axes', () => {
  const cases: Record<string, Case> = {};
  for (const padding of PADDINGS) {
    for (const stride of [1, 2]) {
      cases[`${padding}, stride ${stride}`] = {
        inputs: [
          [2, 5, 4, 2],
          [3, 2, 2, 3],
        ],
        fn: (x, f) => conv2d(x, f, [stride, stride], padding),
        known,
      };
      cases[`depthwise ${padding}, stride ${stride}`] = {
        inputs: [
          [2, 5, 4, 2],
          [3, 2, 2, 2],
        ],
        fn: (x, f) => depthwiseConv2d(x, f, [stride, stride], padding),
        known,
      };
    }
    cases[`${padding}, dilations [2, 1]`] = {
      inputs: [
        [2, 6, 5, 2],
        [2, 2, 2, 3],
      ],
      fn: (x, f) => conv2d(x, f, [1, 1], padding, [2, 1]),
      known,
    };
    cases[`depthwise ${padding}, dilations [2, 2]`] = {
      inputs: [
        [1, 6, 5, 2],
        [2, 2, 2, 1],
      ],
      fn: (x, f) => depthwiseConv2d(x, f, [1, 1], padding, [2, 2]),
      known,
    };
    cases[`${padding}, two groups`] = {
      inputs: [
        [2, 4, 4, 4],
        [2, 2, 2, 6],
      ],
      fn: (x, f) => conv2d(x, f, [1, 1], padding),
      known,
    };
  }
  testGradients({
    ...cases,
    'groups and dilations': {
      inputs: [
        [1, 5, 5, 4],
        [2, 2, 2, 4],
      ],
      fn: (x, f) => conv2d(x, f, [1, 1], 'valid', [2, 2]),
      known,
    },
    'one tap with strides': {
      inputs: [
        [2, 5, 4, 3],
        [1, 1, 3, 2],
      ],
      fn: (x, f) => conv2d(x, f, [2, 3], 'same'),
      known,
    },
    'one tap with strides, transposed': {
      inputs: [
        [1, 1, 3, 2],
        [1, 1, 3, 2],
      ],
      fn: (f, dy) => conv2dBackpropInput(constantLike(f, [1, 2, 5, 3]), f, dy, [2, 2], 'same'),
      known,
    },
    'explicit paddings': {
      inputs: [
        [1, 4, 4, 2],
        [2, 2, 2, 2],
      ],
      fn: (x, f) => op('Conv2D', [x, f], { strides: [1, 1, 1, 1], padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 0, 0, 2, 0, 0] }),
      known,
    },
    'one tap with strides and explicit paddings': {
      inputs: [
        [2, 5, 4, 3],
        [1, 1, 3, 2],
      ],
      fn: (x, f) => op('Conv2D', [x, f], { strides: [1, 2, 3, 1], padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 0, 0, 2, 0, 0] }),
      known,
    },
    'one axis': {
      inputs: [
        [2, 1, 6, 2],
        [1, 3, 2, 2],
      ],
      fn: (x, f) => conv2d(x, f, [1, 1], 'same', [1, 2]),
      known,
    },
    'unknown batch': {
      inputs: [[2, 4, 4, 2]],
      fn: (x) => conv2d(x, x.graph.constant([0.5, -1, 2, 0.3, 1, -0.2, 0.7, 1.5], x.dtype, [2, 2, 2, 1]), [1, 1], 'same'),
      known: ['all but the batch'],
    },
  });
});

describe('ops of our own', () => {
  // Float32 only; linear in each input, so that a large step costs no exactness.
  const single = { dtype: 'float32', step: 0.5, tolerance: 1e-3, known: ['all', 'all but the batch'] } as const;
  const cases: Record<string, Case> = {};
  for (const padding of PADDINGS) {
    const own = ownGradients(padding === 'same' ? 'SAME' : 'VALID');
    const [x, filter] = [
      [1, 4, 5, 16],
      [3, 3, 16, 16],
    ] as const;
    const y = padding === 'same' ? [1, 4, 5, 16] : [1, 2, 3, 16];
    cases[`minimal filtering, ${padding}`] = { ...single, inputs: [x, filter], fn: (a, f) => conv2d(a, f, [1, 1], padding) };
    cases[`few channels, ${padding}`] = {
      ...single,
      inputs: [
        [2, 5, 4, 2],
        [3, 2, 2, 5],
      ],
      fn: (a, f) => conv2d(a, f, [1, 1], padding),
    };
    cases[`the gradient of the input, ${padding}`] = {
      ...single,
      inputs: [filter, y],
      fn: (f, dy) => own.input(dy.graph.constant(new Float32Array(320), 'float32', x), f, dy),
      known,
    };
    cases[`the gradient of the filter, ${padding}`] = {
      ...single,
      inputs: [x, y],
      fn: (a, dy) => own.filter(a, a.graph.constant(new Float32Array(2304), 'float32', filter), dy),
      known,
    };
  }
  testGradients(cases);
});

describe('gradient ops', () => {
  testGradients({
    'transposed, stride 2': {
      inputs: [
        [3, 2, 2, 3],
        [1, 2, 2, 3],
      ],
      fn: (filter, dy) => conv2dBackpropInput(constantLike(dy, [1, 4, 4, 2]), filter, dy, [2, 2], 'same'),
      known,
    },
    'transposed, dilated': {
      inputs: [
        [2, 2, 2, 3],
        [1, 2, 2, 3],
      ],
      fn: (filter, dy) => conv2dBackpropInput(constantLike(dy, [1, 4, 4, 2]), filter, dy, [1, 1], 'valid', [2, 2]),
      known,
    },
    Conv2DBackpropFilter: {
      inputs: [
        [1, 4, 4, 2],
        [1, 3, 3, 3],
      ],
      fn: (x, dy) => op('Conv2DBackpropFilter', [x, constantLike(x, [2, 2, 2, 3]), dy], { strides: [1, 1, 1, 1], padding: 'VALID' }),
      known,
    },
    DepthwiseConv2dNativeBackpropInput: {
      inputs: [
        [2, 2, 2, 1],
        [1, 3, 3, 2],
      ],
      fn: (f, dy) =>
        op('DepthwiseConv2dNativeBackpropInput', [constantLike(f, [1, 4, 4, 2]), f, dy], { strides: [1, 1, 1, 1], padding: 'VALID' }),
      known,
    },
    DepthwiseConv2dNativeBackpropFilter: {
      inputs: [
        [1, 4, 4, 2],
        [1, 3, 3, 2],
      ],
      fn: (x, dy) =>
        op('DepthwiseConv2dNativeBackpropFilter', [x, constantLike(x, [2, 2, 2, 1]), dy], { strides: [1, 1, 1, 1], padding: 'VALID' }),
      known,
    },
    Conv3DBackpropFilterV2: {
      inputs: [
        [1, 3, 3, 3, 1],
        [1, 2, 2, 2, 2],
      ],
      fn: (x, dy) =>
        op('Conv3DBackpropFilterV2', [x, constantLike(x, [2, 2, 2, 1, 2]), dy], { strides: [1, 1, 1, 1, 1], padding: 'VALID' }),
      known,
    },
  });
});

describe('three axes', () => {
  const cases: Record<string, Case> = {};
  for (const padding of PADDINGS) {
    cases[padding] = {
      inputs: [
        [1, 3, 4, 3, 2],
        [2, 2, 2, 2, 2],
      ],
      fn: (x, f) => conv3d(x, f, [1, 1, 1], padding),
      known,
    };
    cases[`${padding}, strides`] = {
      inputs: [
        [1, 4, 4, 3, 2],
        [2, 2, 2, 2, 2],
      ],
      fn: (x, f) => conv3d(x, f, [2, 2, 2], padding),
      known,
    };
  }
  testGradients({
    ...cases,
    dilations: {
      inputs: [
        [1, 4, 4, 3, 1],
        [2, 2, 2, 1, 2],
      ],
      fn: (x, f) => conv3d(x, f, [1, 1, 1], 'valid', [2, 2, 1]),
      known,
    },
    groups: {
      inputs: [
        [1, 3, 3, 2, 4],
        [2, 2, 2, 2, 2],
      ],
      fn: (x, f) => conv3d(x, f, [1, 1, 1], 'valid'),
      known,
    },
    transposed: {
      inputs: [
        [2, 2, 2, 1, 2],
        [1, 2, 2, 2, 2],
      ],
      fn: (f, dy) => conv3dBackpropInput(constantLike(f, [1, 4, 4, 4, 1]), f, dy, [2, 2, 2], 'valid'),
      known,
    },
  });
});

// Differences are taken in float64, for which there is no oneDNN. Its own kernel for strides ends the process here, on processors with AVX2.
it.each([
  ['same', (x: Output, f: Output) => conv2d(x, f, [2, 2], 'same'), 64],
  [
    'explicit',
    (x: Output, f: Output) =>
      op('Conv2D', [x, f], { strides: [1, 2, 2, 1], padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 1, 1, 1, 0, 0] }),
    64,
  ],
] as const)('one tap with strides in float32, where channels do not come in eights, padding %s', async (_, convolved, ones) => {
  const [x, f] = [tensor(new Float32Array(4 * 64 * 3).fill(1), [4, 8, 8, 3]), tensor(new Float32Array(48), [1, 1, 3, 16])];
  using computation = Computation.compile<[Tensor]>([tensorSpec([4, 8, 8, 3]), tensorSpec([1, 1, 3, 16])], (inputs) => {
    const [image, filter] = inputs as [Output, Output];
    return gradients([sum(convolved(image, filter))], [filter]) as [Output];
  });
  for (let i = 0; i < 20; i++) expect((await computation.run([x, f]))[0].data).toEqual(new Float32Array(48).fill(ones));
});

it('channels first are refused', () => {
  const graph = new Graph();
  const [x, f] = [graph.placeholder(tensorSpec([1, 2, 4, 4])), graph.placeholder(tensorSpec([1, 1, 2, 3]))];
  const y = op('Conv2D', [x, f], { strides: [1, 1, 2, 2], padding: 'VALID', data_format: 'NCHW' });
  for (const input of [x, f])
    expect(() => gradients([sum(y)], [input])).toThrow(
      new ValueError('the gradient of Conv2D must have the channels last, received the data_format NCHW: transpose the input'),
    );
  graph.dispose();
});
