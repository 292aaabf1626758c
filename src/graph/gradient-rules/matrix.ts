/** Products of matrices, diagonals, bands. */
import type { Output } from '../graph.js';
import { sizeOfAxis, sizeOutput, zerosLike } from '../ops/array.js';
import { op } from '../ops/core.js';
import { batchMatMul, matMul } from '../ops/nn.js';
import { unbroadcast } from './broadcast.js';
import { each, first, type GradientRule, pick, type Rules } from './rule.js';

const size = (x: Output, axis: number): Output => sizeOutput(x, sizeOfAxis(x, axis));

const product: GradientRule = each((dy, { inputs, attributes }) => {
  const [a, b] = inputs as [Output, Output];
  const [ta, tb] = [attributes.adj_x === true, attributes.adj_y === true];
  return [
    () => unbroadcast(ta ? batchMatMul(b, dy, { adjointA: tb, adjointB: true }) : batchMatMul(dy, b, { adjointB: !tb }), a),
    () => unbroadcast(tb ? batchMatMul(dy, a, { adjointA: true, adjointB: ta }) : batchMatMul(a, dy, { adjointA: !ta }), b),
  ];
});

export const matrixRules: Rules = {
  MatMul: each((dy, { inputs, attributes }) => {
    const [a, b] = inputs as [Output, Output];
    const [ta, tb] = [attributes.transpose_a === true, attributes.transpose_b === true];
    return [
      () => (ta ? matMul(b, dy, { transposeA: tb, transposeB: true }) : matMul(dy, b, { transposeB: !tb })),
      () => (tb ? matMul(dy, a, { transposeA: true, transposeB: ta }) : matMul(a, dy, { transposeA: !ta })),
    ];
  }),
  BatchMatMul: product,
  BatchMatMulV2: product,
  BatchMatMulV3: product,
  MatrixBandPart: first((dy, { inputs: [, lower, upper] }) => op('MatrixBandPart', [dy, lower as Output, upper as Output])),
  MatrixDiag: first((dy) => op('MatrixDiagPart', [dy])),
  MatrixDiagPart: first((dy, { inputs: [x] }) => op('MatrixSetDiag', [zerosLike(x as Output), dy])),
  MatrixSetDiag: each((dy, { inputs: [, diagonal] }) => [
    () => op('MatrixSetDiag', [dy, zerosLike(diagonal as Output)]),
    () => op('MatrixDiagPart', [dy]),
  ]),
  MatrixDiagV3: each((dy, { inputs: [, k], attributes }) => [() => diagonals(dy, k as Output, attributes), null, null, null, null]),
  MatrixDiagPartV3: first((dy, { inputs: [x, k], attributes }) =>
    op(
      'MatrixDiagV3',
      [dy, k as Output, size(x as Output, -2), size(x as Output, -1), dy.graph.constant(0, dy.dtype)],
      pick(attributes, 'align'),
    ),
  ),
  MatrixSetDiagV3: each((dy, { inputs: [, diagonal, k], attributes }) => [
    () => op('MatrixSetDiagV3', [dy, zerosLike(diagonal as Output), k as Output], pick(attributes, 'align')),
    () => diagonals(dy, k as Output, attributes),
    null,
  ]),
};

const diagonals = (dy: Output, k: Output, attributes: Parameters<typeof pick>[0]): Output =>
  op('MatrixDiagPartV3', [dy, k, dy.graph.constant(0, dy.dtype)], pick(attributes, 'align'));
