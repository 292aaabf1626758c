import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { einsumDense } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('einsumDense', () => {
  testCases('EinsumDense');

  it('scales initial weights by the axes that are inputs and outputs', () => {
    const layer = einsumDense({
      equation: 'abc,cde->abde',
      outputShape: [3, 20, 30],
      kernelInitializer: { class_name: 'GlorotUniform', config: { seed: 1 } },
    });
    layer.apply(input({ shape: [3, 10] }));
    const values = Array.from((layer.weights[0]?.value.data ?? []) as ArrayLike<number>, Math.abs);
    const limit = Math.sqrt(6 / (10 + 600));
    expect(Math.max(...values)).toBeLessThan(limit);
    expect(Math.max(...values)).toBeGreaterThan(0.99 * limit);
  });

  it('refuses equations that do not fit', () => {
    const apply = (equation: string, outputShape: number | (number | null)[], biasAxes?: string): unknown =>
      einsumDense({ equation, outputShape, biasAxes: biasAxes ?? null }).apply(input({ shape: [3, 4] }));
    expect(() => apply('abc->ab', 3)).toThrow(/must have the form ab,bc->ac/);
    expect(() => apply('ab,bc->ac', 3)).toThrow(/must name the 3 axes of the input/);
    expect(() => apply('abc,cd->abde', [3, 5, 2])).toThrow(/has the axis e in its output alone/);
    expect(() => apply('abc,cd->abd', [7, 5])).toThrow(/has the axis b of size 3, and 7 in `outputShape`/);
    expect(() => apply('abc,cd->abd', [3, 5], 'x')).toThrow(/`biasAxes` of layer .* must be axes of abc,cd->abd's output, received x/);
  });
});
