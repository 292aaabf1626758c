import { afterAll, describe, expect, it } from 'vitest';
import type { DType } from '../../../src/dtype.js';
import { Graph, type Output } from '../../../src/graph/graph.js';
import { op } from '../../../src/graph/ops/core.js';
import { conv2d, type Padding } from '../../../src/graph/ops/nn.js';
import type { Shape } from '../../../src/tensor-spec.js';

interface Options {
  readonly x?: Shape;
  readonly filter?: Shape;
  readonly dtype?: DType;
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly padding?: Padding;
}

const graph = new Graph();
const portable = new Graph(null, { portable: true });
afterAll(() => {
  graph.dispose();
  portable.dispose();
});

const inputs = (g: Graph, { x = [null, 8, 8, 16], filter = [3, 3, 16, 32], dtype = 'float32' }: Options): [Output, Output] => [
  g.placeholder({ shape: x, dtype }),
  g.placeholder({ shape: filter, dtype }),
];

const convolved = (o: Options, g = graph): Output => conv2d(...inputs(g, o), o.strides ?? [1, 1], o.padding ?? 'same', o.dilations);
const typeOf = (o: Options, g = graph): string => convolved(o, g).operation.type;

describe('a convolution', () => {
  it('is our own op where that is faster', () => {
    expect(typeOf({})).toBe('FedkerasConv2DSame');
    expect(typeOf({ padding: 'valid' })).toBe('FedkerasConv2DValid');
    expect(typeOf({ filter: [5, 5, 16, 16] })).toBe('FedkerasConv2DSame');
    for (const filter of [
      [5, 3, 1, 7],
      [2, 2, 1, 64],
    ])
      expect(typeOf({ x: [null, 28, 28, 1], filter })).toBe('FedkerasConv2DSame');
  });

  it("is TensorFlow's everywhere else", () => {
    const others: Options[] = [
      { dtype: 'float64' },
      { strides: [2, 2] },
      { dilations: [1, 2] },
      { filter: [3, 3, 8, 32] },
      { filter: [3, 3, 16, 24] },
      { x: [null, 8, 8, 8], filter: [3, 3, 8, 16] },
      { filter: [3, 5, 16, 32] },
      { filter: [7, 7, 16, 32] },
      { filter: [null, null, 16, 32] },
      { x: [null, 8, 8, 3], filter: [1, 1, 3, 16] },
      { x: [null, 8, 8, 512], filter: [3, 3, 512, 512] },
    ];
    for (const o of others) expect(typeOf(o), JSON.stringify(o)).toBe('Conv2D');
    expect(typeOf({}, portable)).toBe('Conv2D');
  });

  it('must have a filter in the image, before anything runs', () => {
    expect(() => convolved({ x: [1, 2, 8, 16], padding: 'valid' })).toThrow('Negative dimension size caused by subtracting 3 from 2');
    expect(convolved({ x: [1, 2, 8, 16], padding: 'same' }).shape).toEqual([1, 2, 8, 32]);
  });

  it("has the shape that TensorFlow's has", () => {
    for (const padding of ['same', 'valid'] as const) {
      for (const x of [
        [null, 8, 9, 16],
        [2, null, 9, 16],
        [null, null, null, 16],
        [1, 3, 3, 16],
      ]) {
        const [images, filter] = inputs(graph, { x });
        const theirs = op('Conv2D', [images, filter], { strides: [1, 1, 1, 1], padding: padding.toUpperCase() });
        expect(convolved({ x, padding }).shape).toEqual(theirs.shape);
      }
    }
  });
});
