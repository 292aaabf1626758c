import { it } from 'vitest';
import { yogi } from '../../src/optimizers/yogi.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';
import { SCALAR, SPARSE } from './fixtures.js';

// The numbers of TFF's own tests, and for defaults of its formulas.
checkOptimizer(yogi, {
  fixture: SCALAR,
  steps: {
    'without epsilon': [
      { learningRate: 0.1, epsilon: 0, initialPreconditionerValue: 0 },
      [[0.9000007], [0.8000267], [0.700077], [0.600153]],
    ],
    defaults: [{ learningRate: 0.1 }, [[0.90156864], [0.802705149], [0.703663395], [0.604525227]]],
  },
  refused: [
    [{ beta1: 1.1 }, /beta1/],
    [{ beta1: -0.9 }, /beta1/],
    [{ beta2: 1.1 }, /beta2/],
    [{ beta2: -0.999 }, /beta2/],
    [{ epsilon: -1e-7 }, /epsilon/],
    [{ initialPreconditionerValue: -1 }, /initialPreconditionerValue/],
  ],
});

it('leaves rows whose gradient is zero', async () => {
  expectClose(
    (await runOptimizer(yogi({ learningRate: 0.5, beta1: 0, beta2: 0, initialPreconditionerValue: 0, epsilon: 1e-7 }), SPARSE)).flat(),
    [[0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1]].flat(),
  );
});
