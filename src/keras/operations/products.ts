/** Products of tensors. */
import type { Output } from '../../graph/graph.js';
import { expandDims, squeeze } from '../../graph/ops/array.js';
import { mul } from '../../graph/ops/math.js';
import { batchMatMul, einsum, matMul } from '../../graph/ops/nn.js';
import type { Operation } from '../engine/operation-layer.js';
import { type Arguments, promoted } from './arguments.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

const product = (name: string, fn: (x: Output, y: Output, values: Arguments) => Output): Operation => ({
  name,
  module: 'numpy',
  parameters: ['x1', 'x2'],
  call: (values) => fn(...values.pair('x1', 'x2'), values),
});

/** The sum of products over pairs of axes; the axes that are left follow each other. */
function contracted(x: Output, y: Output, xAxes: readonly number[], yAxes: readonly number[]): Output {
  const ofX = [...LETTERS.slice(0, x.rank)];
  const ofY = [...LETTERS.slice(x.rank, x.rank + y.rank)];
  xAxes.forEach((axis, i) => {
    ofY[yAxes[i] as number] = ofX[axis] as string;
  });
  const left = [...ofX.filter((_, axis) => !xAxes.includes(axis)), ...ofY.filter((_, axis) => !yAxes.includes(axis))];
  return einsum(`${ofX.join('')},${ofY.join('')}->${left.join('')}`, [x, y]);
}

/** As NumPy's `matmul`: vectors are rows on the left and columns on the right. */
function multiplied(x: Output, y: Output): Output {
  const [a, b] = [x.rank === 1 ? expandDims(x, 0) : x, y.rank === 1 ? expandDims(y, 1) : y];
  const z = a.rank === 2 && b.rank === 2 ? matMul(a, b) : batchMatMul(a, b);
  const added = [...(x.rank === 1 ? [z.rank - 2] : []), ...(y.rank === 1 ? [z.rank - 1] : [])];
  return added.length === 0 ? z : squeeze(z, added);
}

/** As NumPy's `dot`: over the last axis and the one before the last. */
function dot(x: Output, y: Output): Output {
  if (x.rank === 0 || y.rank === 0) return mul(x, y);
  return contracted(x, y, [x.rank - 1], [Math.max(0, y.rank - 2)]);
}

export const PRODUCTS: readonly Operation[] = [
  product('Matmul', multiplied),
  product('Dot', dot),
  product('Tensordot', (x, y, values) => contracted(x, y, ...values.axisPairs('axes', [x.rank, y.rank], 2))),
  product('Inner', (x, y) => contracted(x, y, [x.rank - 1], [y.rank - 1])),
  product('Outer', (x, y) => contracted(x, y, [], [])),
  {
    name: 'Einsum',
    module: 'numpy',
    parameters: ['a', 'b'],
    call: (values) => {
      const operands = promoted(['a', 'b'].filter((name) => values.has(name)).map((name) => values.tensor(name)));
      const equation = values.value('subscripts');
      if (typeof equation !== 'string') throw values.refuse('subscripts', 'an equation');
      return einsum(equation, operands);
    },
  },
];
