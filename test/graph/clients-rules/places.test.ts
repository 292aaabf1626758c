import { describe, expect, it, vi } from 'vitest';
import { CLIENTS_RULES } from '../../../src/graph/clients-rules/index.js';
import { gradients } from '../../../src/graph/gradients.js';
import { type Attributes, Graph, type Output } from '../../../src/graph/graph.js';
import { whileLoop } from '../../../src/graph/loop.js';
import { gather, reshape, shapeOf, sizeOfAxis, sizeOutput, sliceAxis } from '../../../src/graph/ops/array.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { add, less, mul } from '../../../src/graph/ops/math.js';
import { testClients, type Values } from './clients.js';

const ROWS: Values = { shape: [6, 4], unknown: [0] };
const IMAGES: Values = { shape: [6, 2, 3], unknown: [0] };
const LABELS: Values = { shape: [6], dtype: 'int32', of: (u) => Math.floor(9 * u), unknown: [0] };
const NUMBERS: Values = { shape: [3], dtype: 'int32', of: (u) => Math.floor(6 * u) };

/** Rows from one to before another, as a batch is cut. */
const cut = (x: Output, begin: number | Output, end: number | Output): Output => {
  const bound = (b: number | Output): Output => (typeof b === 'number' ? constantLike(x, [b]) : b);
  return op('StridedSlice', [x, bound(begin), bound(end), constantLike(x, [1])]);
};

/** A loop of three steps, `int32` vectors of one. */
const inSteps = (graph: Graph, initial: Output, step: (i: Output, value: Output) => Output): Output =>
  whileLoop(
    graph,
    [graph.constant([0], 'int32', [1]), initial],
    ([i]) => op('Squeeze', [less(i as Output, 3)]),
    ([i, value]) => [add(i as Output, 1), step(i as Output, value as Output)],
  )[1] as Output;

describe('data that are read where they are', () => {
  testClients({
    'batches of any type': {
      own: [ROWS, LABELS],
      fn: ([x, y]) => [cut(x as Output, 2, 5), cut(y as Output, 4, 9), cut(y as Output, 6, 7)],
    },
    'bounds from the end': { own: [ROWS], fn: ([x]) => [cut(x as Output, -2, 6), cut(x as Output, -99, -4), cut(x as Output, 3, 1)] },
    'batches in a loop': {
      own: [ROWS],
      fn: ([x]) => {
        const { graph } = x as Output;
        return inSteps(graph, graph.constant(Array(8).fill(0), 'float32', [2, 4]), (i, sums) =>
          add(sums, cut(x as Output, mul(i, 2), mul(add(i, 1), 2))),
        );
      },
    },
    'batches in a loop within a loop': {
      own: [ROWS],
      fn: ([x]) => {
        const { graph } = x as Output;
        return inSteps(graph, graph.constant(Array(4).fill(0), 'float32', [1, 4]), (i, sums) =>
          inSteps(i.graph, sums, (k, inner) => add(inner, mul(cut(x as Output, i, add(i, 1)), cut(x as Output, k, add(k, 1))))),
        );
      },
    },
    'all of them in a loop, and before it': {
      own: [ROWS],
      fn: ([x]) => inSteps((x as Output).graph, mul(x as Output, 2), (_, value) => add(value, x as Output)),
    },
    'rows by their own numbers, and by shared ones': {
      own: [ROWS, LABELS, NUMBERS],
      shared: [NUMBERS],
      fn: ([x, y, i], [j]) => [
        gather(x as Output, i as Output),
        gather(y as Output, j as Output),
        gather(x as Output, constantLike(x as Output, [])),
      ],
    },
    'columns by numbers': {
      own: [ROWS],
      shared: [NUMBERS],
      fn: ([x], [i]) => gather(x as Output, op('Minimum', [i as Output, constantLike(i as Output, 3)]), 1),
    },
    'their sizes': {
      own: [ROWS],
      fn: ([x]) => [
        shapeOf(x as Output),
        shapeOf(x as Output, 'int64'),
        sizeOutput(x as Output, sizeOfAxis(x as Output, 0)),
        op('Size', [x as Output]),
      ],
    },
    'their sizes where they are made flat': {
      own: [IMAGES],
      fn: ([x]) => shapeOf(reshape(cut(x as Output, 1, 4), [-1, 6]), 'int64'),
    },
    'numbers and labels made flat': {
      own: [LABELS, { ...IMAGES, dtype: 'int32' as const, of: (u: number) => Math.floor(9 * u) }, []],
      fn: ([y, z, s]) => [
        reshape(y as Output, [-1, 1]),
        reshape(cut(y as Output, 1, 3), [-1, 1]),
        reshape(z as Output, [-1, 6]),
        reshape(s as Output, [-1, 1]),
      ],
    },
    'slices of another kind': {
      own: [ROWS],
      fn: ([x]) => [
        sliceAxis(x as Output, 1, 1, 3),
        sliceAxis(x as Output, 0, 5, 0, -2),
        op('StridedSlice', [x as Output, ...[5, 0, -2].map((n) => constantLike(x as Output, [n]))]),
        op('StridedSlice', [x as Output, constantLike(x as Output, [4]), constantLike(x as Output, [0]), constantLike(x as Output, [1])], {
          end_mask: 1,
        }),
      ],
    },
    'batches that products read in place': {
      own: [ROWS, [4, 10], [3, 7], [4, 7]],
      near: 1e-5,
      fn: ([x, w, dy, v]) => {
        const batch = cut(x as Output, 2, 5);
        const product = (a: Output, b: unknown, attributes: Attributes): Output => op('MatMul', [a, b as Output], attributes);
        return [
          product(batch, w, {}),
          product(batch, dy, { transpose_a: true }),
          product(batch, batch.graph.constant([1, 2, 3, 4], 'float32', [1, 4]), { transpose_b: true }),
          product(x as Output, w, {}),
          op('FedkerasSubtractProduct', [v as Output, batch, dy as Output]),
        ];
      },
    },
    'a batch that is read in place, and otherwise': {
      own: [ROWS, [4, 10]],
      near: 1e-5,
      fn: ([x, w]) => {
        const { graph } = x as Output;
        return inSteps(graph, graph.constant(Array(20).fill(0), 'float32', [2, 10]), (i, sums) => {
          const batch = cut(x as Output, mul(i, 2), mul(add(i, 1), 2));
          return add(sums, add(op('MatMul', [batch, w as Output]), op('MatMul', [mul(batch, 2), w as Output])));
        });
      },
    },
    'rows made flat, read in place and otherwise': {
      own: [IMAGES, [6, 10]],
      near: 1e-5,
      fn: ([x, w]) => {
        const [flat, all] = [cut(x as Output, 1, 4), x as Output].map((o) => reshape(o, [-1, 6])) as [Output, Output];
        return [
          ...[flat, all, cut(all, 3, 5)].flatMap((o) => [op('MatMul', [o, w as Output]), shapeOf(o), op('Size', [o])]),
          ...[flat, all, cut(all, 3, 5), gather(all, constantLike(all, [2, 0]))].map((o) => mul(o, 2)),
          reshape(x as Output, [3, -1]),
          reshape(x as Output, [-1, 3]),
          reshape(cut(x as Output, 0, 2), [-1, 2, 3]),
        ];
      },
    },
    'a batch of images in a loop, made flat': {
      own: [IMAGES, [6, 10]],
      near: 1e-5,
      fn: ([x, w]) => {
        const { graph } = x as Output;
        return inSteps(graph, graph.constant(Array(20).fill(0), 'float32', [2, 10]), (i, sums) => {
          const flat = reshape(cut(x as Output, mul(i, 2), mul(add(i, 1), 2)), [-1, 6]);
          return add(sums, add(op('MatMul', [flat, w as Output]), op('MatMul', [mul(flat, 2), w as Output])));
        });
      },
    },
    'a number of each': { own: [[]], fn: ([x]) => add(x as Output, 1) },
  });

  it('are not put together where only rows of them are asked for', () => {
    const graph = new Graph(null, { clientsRules: CLIENTS_RULES });
    const [x, y] = [4, null].map((size) => graph.clientsInput({ shape: size === null ? [null] : [null, size], dtype: 'float32' })) as [
      Output,
      Output,
    ];
    graph.clients = sliceAxis(shapeOf(x.places as Output), 0, 0, 1);
    const adding = vi.spyOn(graph, 'op');
    const copies = (): number => adding.mock.calls.filter(([type]) => type === 'FedkerasRowsOfClients').length;
    sizeOfAxis(y, 0);
    expect(cut(y, 1, 3).shape).toEqual([null]);
    expect(copies()).toBe(1);
    // Products read matrices in place: nothing of them is copied, unless something else asks, once.
    const batch = cut(x, 1, 3);
    expect(batch.shape).toEqual([null, 4]);
    const w = graph.constant(Array(8).fill(1), 'float32', [4, 2]);
    expect(op('MatMul', [batch, w]).shape).toEqual([null, 2]);
    expect(op('MatMul', [batch, op('MatMul', [batch, w])], { transpose_a: true }).shape).toEqual([4, 2]);
    expect(gradients([op('MatMul', [batch, w])], [w])[0]?.shape).toEqual([4, 2]);
    expect(copies()).toBe(1);
    add(batch, 1);
    add(batch, 2);
    expect(copies()).toBe(2);
    // So does whoever asks for all of them.
    add(y, 1);
    add(y, 2);
    expect(copies()).toBe(3);
    graph.dispose();
  });
});
