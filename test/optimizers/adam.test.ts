import { it } from 'vitest';
import { adam } from '../../src/optimizers/adam.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';
import { SCALAR, SPARSE } from './fixtures.js';

// The numbers of TFF's own tests, and for defaults of its formulas.
checkOptimizer(adam, {
  fixture: SCALAR,
  steps: {
    'without epsilon': [{ learningRate: 0.1, epsilon: 0 }, [[0.9000007], [0.8000017], [0.700002], [0.600003]]],
    defaults: [{ learningRate: 0.1 }, [[0.900000158], [0.80000027], [0.700000361], [0.60000044]]],
  },
  refused: [
    [{ beta1: 1.1 }, /beta1/],
    [{ beta1: -0.9 }, /beta1/],
    [{ beta2: 1.1 }, /beta2/],
    [{ beta2: -0.999 }, /beta2/],
    [{ epsilon: -1e-7 }, /epsilon/],
  ],
});

it('leaves rows whose gradient is zero', async () => {
  expectClose(
    (await runOptimizer(adam({ learningRate: 0.5, beta1: 0, beta2: 0 }), SPARSE)).flat(),
    [[0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1]].flat(),
  );
});
