import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { concat } from '../../src/graph/ops/array.js';
import { op } from '../../src/graph/ops/core.js';
import { add, tanh } from '../../src/graph/ops/math.js';
import { biasAdd, conv2d, depthwiseConv2d, matMul } from '../../src/graph/ops/nn.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { type Known, testGradients } from './finite-differences.js';

// Kernels and channels are always known.
const known: readonly Known[] = ['all'];

const recurrence = (x: Output, kernel: Output, bias: Output, steps: number): Output[] => {
  const states = [x];
  for (let t = 0; t < steps; t++) states.push(tanh(biasAdd(matMul(states.at(-1) as Output, kernel), bias)));
  return states.slice(1);
};

describe('gradients of an operand that several ops share', () => {
  testGradients({
    'the weights of a recurrence': {
      inputs: [[2, 3], [3, 3], [3]],
      fn: (x, kernel, bias) => recurrence(x as Output, kernel as Output, bias as Output, 4),
    },
    'a matrix used as it is and transposed': {
      inputs: [
        [2, 3],
        [3, 3],
      ],
      fn: (x, kernel) => matMul(tanh(matMul(x as Output, kernel as Output)), kernel as Output, { transposeB: true }),
    },
    'a matrix whose first operands have other numbers of rows': {
      inputs: [
        [2, 3],
        [4, 3],
        [3, 2],
      ],
      fn: (a, b, kernel) => concat([matMul(a as Output, kernel as Output), matMul(b as Output, kernel as Output)], 0),
    },
    'a matrix that is also used otherwise': {
      inputs: [
        [2, 3],
        [3, 2],
      ],
      fn: (x, kernel) => [matMul(x as Output, kernel as Output), matMul(tanh(x as Output), kernel as Output), tanh(kernel as Output)],
    },
    'a product with itself': { inputs: [[3, 3]], fn: (x) => matMul(x as Output, x as Output) },
    'a product of transposed rows': {
      inputs: [
        [3, 2],
        [3, 4],
      ],
      fn: (x, kernel) => op('MatMul', [x as Output, kernel as Output], { transpose_a: true, transpose_b: false }),
    },
    'the filter of convolutions of one size, and of another': {
      known,
      inputs: [
        [1, 4, 3, 2],
        [1, 3, 3, 2],
        [2, 2, 2, 2],
      ],
      fn: (a, b, filter) => {
        const once = conv2d(a as Output, filter as Output, [1, 1], 'same');
        return [conv2d(tanh(once), filter as Output, [1, 1], 'same'), conv2d(b as Output, filter as Output, [1, 1], 'valid')];
      },
    },
    'the filter of depthwise convolutions': {
      known,
      inputs: [
        [1, 4, 3, 2],
        [2, 2, 2, 1],
      ],
      fn: (x, filter) => depthwiseConv2d(depthwiseConv2d(x as Output, filter as Output, [1, 1], 'same'), filter as Output, [1, 1], 'same'),
    },
  });

  test('are one op, however many there are', () => {
    const graph = new Graph();
    const [x, kernel, bias] = [[null, 3], [3, 3], [3]].map((shape) => graph.placeholder(tensorSpec(shape, 'float32'))) as [
      Output,
      Output,
      Output,
    ];
    const ys = recurrence(x, kernel, bias, 7);
    const count = (type: string): number => graph.operations.filter((o) => o?.type === type).length;
    const products = count('MatMul');
    gradients([ys.reduce((a, b) => add(a, b))], [kernel, bias]);
    // Six steps back, and the weight's gradient.
    expect(count('MatMul') - products).toBe(6 + 1);
    expect(count('BiasAddGrad')).toBe(1);
    graph.dispose();
  });
});
