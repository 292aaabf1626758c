import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { add } from '../../../src/graph/ops/math.js';
import { einsum } from '../../../src/graph/ops/nn.js';
import { keras, type Tensor, tensor, tensorSpec } from '../../../src/index.js';
import { input } from '../../../src/keras/engine/input.js';
import { einsumDense } from '../../../src/keras/layers/index.js';
import { assertClose } from '../../../src/testing/compare.js';
import { testCases } from './keras-cases.js';

describe('einsumDense', () => {
  testCases('EinsumDense');

  it.each([
    ['abc,cde->abde', [null, 3, 2], 'de'],
    ['abc,cde->abde', [null, 3, 2], null],
    ['abc,bcd->ad', [6], 'd'],
    ['...c,cd->...d', [6], 'd'],
    // Not one number for each output.
    ['abc,cde->abde', [null, 3, 2], 'd'],
    ['abc,cde->abde', [null, 3, 2], 'e'],
    ['abc,cde->abde', [5, 3, 2], 'be'],
    ['abc,cd->adb', [3, null], 'd'],
  ])('is the product and the bias of %s for %j with biases along %s', async (equation, outputShape, biasAxes) => {
    const layer = einsumDense({ equation, outputShape, biasAxes, biasInitializer: 'glorotUniform' });
    const inputs = input({ shape: [5, 4] });
    const net = keras.model({ inputs, outputs: layer.apply(inputs) });
    const x = tensor(
      Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
      [2, 5, 4],
      'float32',
    );
    const weights = layer.weights.map((w) => w.value as Tensor);
    using expected = Computation.compile([tensorSpec([null, 5, 4]), ...weights.map((w) => tensorSpec(w.shape))], (outputs) => {
      const [given, kernel, bias] = outputs as [Output, Output, Output?];
      const y = einsum(equation, [given, kernel]);
      return [bias === undefined ? y : add(y, bias)];
    });
    const [wanted] = (await expected.run([x, ...weights])) as unknown as [Tensor];
    assertClose((await net.predict(x)) as Tensor, wanted, 'output');
  });

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
