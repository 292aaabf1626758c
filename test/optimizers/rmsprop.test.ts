import { it } from 'vitest';
import { rmsprop } from '../../src/optimizers/rmsprop.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';
import { SCALAR, SPARSE } from './fixtures.js';

// The numbers of TFF's own tests, and for defaults of its formulas.
checkOptimizer(rmsprop, {
  fixture: SCALAR,
  steps: {
    'decay 0.5': [{ learningRate: 0.01, decay: 0.5, epsilon: 0 }, [[0.98585784], [0.9743108], [0.96362036], [0.9532924]]],
  },
  refused: [
    [{ decay: 1.1 }, /decay/],
    [{ decay: -0.1 }, /decay/],
    [{ epsilon: -1e-7 }, /epsilon/],
  ],
});

it('leaves rows whose gradient is zero', async () => {
  expectClose((await runOptimizer(rmsprop({ learningRate: 0.5, decay: 0 }), SPARSE)).flat(), [[0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1]].flat());
});
