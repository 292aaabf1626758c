import { describe, expect, test } from 'vitest';
import { TensorFlowError, ValueError } from '../../src/errors.js';
import { Computation } from '../../src/graph/computation.js';
import { customGradient, gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { ifElse, whileLoop } from '../../src/graph/loop.js';
import { gather, reshape, shapeOf, split, unstack } from '../../src/graph/ops/array.js';
import { constantLike, op } from '../../src/graph/ops/core.js';
import { add, cast, div, exp, greater, less, mul, neg, sin, square, stopGradient, sub, tanh } from '../../src/graph/ops/math.js';
import { biasAdd, conv2d, matMul, maxPool, relu, softmax } from '../../src/graph/ops/nn.js';
import { mean, sum } from '../../src/graph/ops/reduce.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { testGradients } from './finite-differences.js';

/** The gradient of one of a function's results, as a function again. */
const slope =
  (fn: (...xs: Output[]) => Output) =>
  (...xs: Output[]): Output[] =>
    gradients([fn(...xs)], xs).map((dx) => dx as Output);

describe('values that are used more than once', () => {
  testGradients({
    'an operand twice': { inputs: [[2, 3]], fn: (x) => mul(x, x) },
    'a diamond': { inputs: [[2, 3]], fn: (x) => mul(exp(x), tanh(x)) },
    'a diamond of diamonds': {
      inputs: [[3]],
      fn: (x) => {
        const y = mul(sin(x), x);
        return mul(add(y, square(y)), tanh(y));
      },
    },
    'a value that is a result too': {
      inputs: [[3]],
      fn: (x) => {
        const y = exp(x);
        return [y, mul(y, x)];
      },
    },
    'an input that is a result': { inputs: [[3]], fn: (x) => [x, square(x)] },
    'parts of which some are not used': {
      inputs: [[4, 3]],
      fn: (x) => {
        const [a, , c] = split(x, 3, 1) as [Output, Output, Output];
        return mul(a, add(c, a));
      },
      known: ['all', 'all but the batch'],
    },
    'weights shared by two layers': {
      inputs: [[2, 3], [3, 3], [3]],
      fn: (x, w, b) => tanh(biasAdd(matMul(tanh(biasAdd(matMul(x, w), b)), w), b)),
      known: ['all', 'all but the batch'],
    },
    'weights shared by four steps of a batch': {
      inputs: [
        [4, 2, 3],
        [3, 3],
      ],
      fn: (x, w) => unstack(x).reduce((h, step) => tanh(add(step, matMul(h, w)))),
      known: ['all'],
    },
    'weights of which one use is transposed': {
      inputs: [
        [2, 3],
        [3, 4],
      ],
      fn: (x, w) => matMul(tanh(matMul(x, w)), w, { transposeB: true }),
    },
    'a kernel for two images': {
      inputs: [
        [2, 4, 4, 1],
        [2, 3, 3, 1],
        [2, 2, 1, 2],
      ],
      fn: (x, y, kernel) => [x, y].map((image) => conv2d(image, kernel, [1, 1], 'same')),
      known: ['all'],
    },
    'a broadcast value in every row': { inputs: [[4, 3], [3]], fn: (x, b) => mul(add(x, b), b), known: ['all', 'all but the batch'] },
    'rows of a table twice': {
      inputs: [[4, 3]],
      fn: (x) => add(gather(x, constantLike(x, [1, 1])), gather(x, constantLike(x, [1, 2]))),
    },
  });
});

describe('whole batches of unknown size', () => {
  testGradients({
    'a mean over what is not known': { inputs: [[5, 3]], fn: (x) => mean(square(x)) },
    'a flattened product': {
      inputs: [
        [3, 2, 2],
        [4, 2],
      ],
      fn: (x, w) => softmax(matMul(reshape(x, [-1, 4]), w)),
      known: ['all', 'all but the batch'],
    },
    'divided by its size': { inputs: [[5, 2]], fn: (x) => div(sum(exp(x)), cast(gather(shapeOf(x), constantLike(x, 0)), x.dtype)) },
  });
});

describe('gradients of gradients', () => {
  testGradients({
    'of a product': { inputs: [[3], [3]], fn: slope((x, y) => sum(mul(square(x), exp(y)))) },
    'of a layer': { inputs: [[2, 3], [3, 2], [2]], fn: slope((x, w, b) => sum(tanh(biasAdd(matMul(x, w), b)))), known: ['all'] },
    'of a convolution': {
      inputs: [
        [1, 4, 4, 1],
        [2, 2, 1, 2],
      ],
      fn: slope((x, kernel) => sum(square(conv2d(x, kernel, [1, 1], 'same')))),
      known: ['all', 'all but the batch'],
    },
    'of the third order': { inputs: [[3]], fn: slope((x) => sum(slope((y) => sum(sin(y)))(x)[0] as Output)) },
  });
});

describe('our own kernels', () => {
  const pooled = (x: Output): Output => maxPool(x, [2, 2], [2, 2], 'valid');
  // Far enough apart that a step changes no maximum.
  const apart = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37) % count) / 16 - 1);
  testGradients({
    'the gradient of pooling': { inputs: [{ shape: [2, 4, 4, 2], values: apart(64) }], fn: pooled, dtype: 'float32', step: 1e-3 },
    'its gradient, as in a convolution network': {
      inputs: [
        [1, 4, 4, 1],
        [3, 3, 1, 2],
      ],
      fn: (x, kernel) => pooled(relu(conv2d(x, kernel, [1, 1], 'same'))),
      dtype: 'float32',
      step: 1e-3,
      known: ['all', 'all but the batch'],
    },
    'through its gradient': {
      inputs: [{ shape: [1, 4, 4, 1], values: apart(16) }],
      fn: slope((x) => sum(square(pooled(x)))),
      dtype: 'float32',
      step: 1e-3,
    },
  });
});

/** Runs a function of one vector. */
async function evaluate(fn: (x: Output) => readonly Output[], values: readonly number[]): Promise<number[][]> {
  using computation = Computation.compile<Tensor[]>([tensorSpec([null], 'float64')], (xs) => [...fn((xs as [Output])[0])]);
  return (await computation.run([tensor(Float64Array.from(values))])).map((t) => Array.from(t.data as Float64Array, (v) => v + 0));
}

describe('gradients made in loops and branches', () => {
  test('steps of descent, each with the gradient at its point', async () => {
    // x ← x − (x² c)′ / 4 = x (1 − c / 2), thrice, with c of the graph around the loop.
    const [found] = await evaluate(
      (x) => {
        const c = mul(x, 0.5);
        return whileLoop(
          x.graph,
          [x.graph.constant(0, 'int32'), x],
          ([i]) => less(i as Output, 3),
          ([i, at]) => {
            const [slopes] = gradients([sum(mul(square(at as Output), c))], [at as Output]);
            return [add(i as Output, 1), sub(at as Output, mul(slopes as Output, 0.25))];
          },
          [[], [null]],
        ).slice(1);
      },
      [1, 2],
    );
    [1, 2].forEach((x, i) => expect(found?.[i]).toBeCloseTo(x * (1 - x / 4) ** 3, 12));
  });

  test.each([
    [
      [1, 2],
      [2, 4],
    ],
    [
      [-1, -2],
      [-3, -12],
    ],
  ])('the branch of %o', async (x, expected) => {
    const [found] = await evaluate(
      (at) =>
        ifElse(
          at.graph,
          greater(sum(at), 0),
          () => slope((y) => sum(square(y)))(at.graph.own(at)),
          () => slope((y) => neg(sum(mul(square(y), y))))(at),
        ),
      x,
    );
    expect(found).toEqual(expected);
  });

  test('are not taken through a loop or a branch as a whole, which says so', () => {
    const graph = new Graph();
    const x = graph.placeholder(tensorSpec([], 'float32'));
    const [looped] = whileLoop(
      graph,
      [x],
      ([v]) => less(v as Output, 10),
      ([v]) => [mul(v as Output, 2)],
    );
    const [branched] = ifElse(
      graph,
      greater(x, 0),
      () => [mul(x, 2)],
      () => [x],
    );
    expect(() => gradients([looped as Output], [x])).toThrow(/StatelessWhile|While/);
    expect(() => gradients([branched as Output], [x])).toThrow(/StatelessIf|If/);
    graph.dispose();
  });
});

describe('what has no gradient', () => {
  test('a value that does not depend on an input is null; StopGradient ends a path', async () => {
    const graph = new Graph();
    const [x, y] = [0, 1].map(() => graph.placeholder(tensorSpec([2], 'float32'))) as [Output, Output];
    expect(gradients([square(x)], [x, y]).map((dx) => dx === null)).toEqual([false, true]);
    expect(gradients([stopGradient(x)], [x])).toEqual([null]);
    expect(gradients([cast(cast(x, 'int32'), 'float32')], [x])).toEqual([null]);
    graph.dispose();
    expect(await evaluate((v) => gradients([sum(mul(v, stopGradient(v)))], [v]) as Output[], [2, 3])).toEqual([[2, 3]]);
  });

  test('the gradients that are given count', async () => {
    expect(await evaluate((v) => gradients([square(v), v], [v], [v, mul(v, 10)]) as Output[], [2, 3])).toEqual([[28, 48]]);
    const graph = new Graph();
    const x = graph.placeholder(tensorSpec([2], 'float32'));
    expect(() => gradients([x, x], [x], [x])).toThrow(ValueError);
    graph.dispose();
  });

  test("an op without a rule has libtensorflow's gradient, once", async () => {
    const chosen = (x: Output): Output =>
      op('DynamicPartition', [square(x), cast(greater(x, 0), 'int32')], { num_partitions: 2 }).operation.outputs[1] as Output;
    expect(await evaluate((x) => gradients([sum(mul(chosen(x), 3))], [x]) as Output[], [2, -1, 5])).toEqual([[12, 0, 30]]);
    const graph = new Graph();
    const x = graph.placeholder(tensorSpec([2], 'float64'));
    const [once] = gradients([sum(square(chosen(x)))], [x]) as [Output];
    expect(() => gradients([once], [x])).toThrow(/the gradient of DynamicPartition .* has no gradient in turn/);
    graph.dispose();
  });

  test('an op that nobody has a gradient for is named', () => {
    const graph = new Graph();
    const x = graph.placeholder(tensorSpec([2, 2], 'float32'));
    const run = (): unknown => gradients([op('LogMatrixDeterminant', [x])], [x]);
    expect(run).toThrow(TensorFlowError);
    expect(run).toThrow(/LogMatrixDeterminant/);
    graph.dispose();
  });
});

describe('a piece with a gradient of its own', () => {
  test('is differentiated as a whole, also where it is used twice', async () => {
    const tenfold = (x: Output): Output =>
      customGradient(
        [x],
        () => [square(x)],
        ([dy]) => [mul(dy as Output, 10)],
      )[0] as Output;
    expect(
      await evaluate(
        (x) => {
          const y = tenfold(x);
          return gradients([sum(add(y, mul(y, x)))], [x]) as Output[];
        },
        [2, 3],
      ),
    ).toEqual([[10 + 20 + 4, 10 + 30 + 9]]);
  });

  test('must make its outputs', () => {
    const graph = new Graph();
    const x = graph.placeholder(tensorSpec([2], 'float32'));
    expect(() =>
      customGradient(
        [x],
        () => [x],
        () => [null],
      ),
    ).toThrow(ValueError);
    graph.dispose();
  });
});
