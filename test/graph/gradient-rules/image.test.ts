import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { avgPool, maxPool } from '../../../src/graph/ops/nn.js';
import { type Case, testGradients } from '../finite-differences.js';

/** Values of which no two are close. */
function apart(like: Output, shape: readonly number[]): Output {
  const count = shape.reduce((a, b) => a * b, 1);
  return like.graph.constant(
    Array.from({ length: count }, (_, i) => (i * 7) % count),
    like.dtype,
    shape,
  );
}

describe('pooling', () => {
  const cases: Record<string, Case> = {};
  for (const [name, pool] of Object.entries({ maxPool, avgPool })) {
    for (const padding of ['same', 'valid'] as const) {
      cases[`${name} over one axis, ${padding}`] = { inputs: [[2, 5, 2]], fn: (x) => pool(x, [2], [2], padding) };
      cases[`${name} over two axes, ${padding}`] = { inputs: [[2, 5, 4, 2]], fn: (x) => pool(x, [3, 2], [2, 1], padding) };
      // These kernels have float32 only.
      cases[`${name} over three axes, ${padding}`] = {
        inputs: [[1, 3, 4, 3, 2]],
        fn: (x) => pool(x, [2, 2, 2], [1, 2, 1], padding),
        dtype: 'float32',
        step: 1e-3,
      };
    }
  }
  const windows3D = { ksize: [1, 2, 2, 2, 1], strides: [1, 2, 2, 2, 1], padding: 'VALID' };
  const windows = { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' };
  testGradients({
    ...cases,
    MaxPoolGrad: {
      inputs: [[1, 2, 2, 1]],
      fn: (dy) => {
        const x = apart(dy, [1, 4, 4, 1]);
        return op('MaxPoolGrad', [x, op('MaxPool', [x], windows), dy], windows);
      },
    },
    FedkerasMaxPoolGrad: {
      inputs: [[1, 2, 2, 1]],
      fn: (dy) => op('FedkerasMaxPoolGrad', [apart(dy, [1, 4, 4, 1]), dy], windows),
      dtype: 'float32',
    },
    'FedkerasMaxPool, with four channels': {
      inputs: [[1, 4, 5, 4]],
      fn: (x) => maxPool(x, [2, 3], [2, 2], 'same'),
      dtype: 'float32',
      step: 1e-3,
    },
    MaxPool3DGrad: {
      inputs: [[1, 2, 1, 2, 1]],
      fn: (dy) => {
        const x = apart(dy, [1, 4, 2, 4, 1]);
        return op('MaxPool3DGrad', [x, op('MaxPool3D', [x], windows3D), dy], windows3D);
      },
      dtype: 'float32',
    },
    AvgPool3DGrad: {
      inputs: [[1, 2, 1, 2, 1]],
      fn: (dy) => op('AvgPool3DGrad', [constantLike(dy, [1, 4, 2, 4, 1]), dy], windows3D),
      dtype: 'float32',
    },
    AvgPoolGrad: { inputs: [[1, 2, 2, 1]], fn: (dy) => op('AvgPoolGrad', [constantLike(dy, [1, 4, 4, 1]), dy], windows) },
  });
});

describe('resizing', () => {
  const cases: Record<string, Case> = {};
  // Linear in the image, so that a large step is exact.
  const linear = { dtype: 'float32', step: 1 } as const;
  for (const type of ['ResizeBilinear', 'ResizeBicubic', 'ResizeNearestNeighbor']) {
    for (const [size, options] of [
      [[4, 7], { half_pixel_centers: true }],
      [[2, 2], {}],
      [[6, 5], { align_corners: true }],
    ] as const) {
      cases[`${type} to ${size}`] = { inputs: [[2, 3, 4, 2]], fn: (x) => op(type, [x, constantLike(x, size)], options), ...linear };
    }
  }
  testGradients(cases);
});
