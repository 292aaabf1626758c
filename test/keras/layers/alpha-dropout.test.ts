import { describe, expect, it } from 'vitest';
import { alphaDropout } from '../../../src/keras/layers/index.js';
import { Random } from '../../../src/random.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { deviationOf, meanOf, randomValues } from './random-layer.js';

describe('alphaDropout', () => {
  testCases('AlphaDropout');

  it('keeps mean 0 and standard deviation 1', async () => {
    const random = new Random(5);
    const x = tensor(
      Float32Array.from({ length: 20000 }, () => random.normal()),
      [100, 200],
    );
    const values = await randomValues(alphaDropout({ rate: 0.3 }), x);
    expect(meanOf(values)).toBeCloseTo(0, 1);
    expect(deviationOf(values)).toBeCloseTo(1, 1);
    const counts = new Map<number, number>();
    for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
    // What is dropped has one value.
    expect(Math.max(...counts.values()) / 20000).toBeCloseTo(0.3, 1);
  });
});
