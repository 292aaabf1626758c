import { it } from 'vitest';
import { adagrad } from '../../src/optimizers/adagrad.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';
import { SCALAR, SPARSE } from './fixtures.js';

// The numbers of TFF's own tests, and for defaults of its formulas.
checkOptimizer(adagrad, {
  fixture: SCALAR,
  steps: {
    'without epsilon': [{ learningRate: 0.01, initialPreconditionerValue: 0, epsilon: 0 }, [[0.99], [0.9829289], [0.9771554], [0.9721554]]],
  },
  refused: [
    [{ initialPreconditionerValue: -0.1 }, /initialPreconditionerValue/],
    [{ epsilon: -1e-7 }, /epsilon/],
  ],
});

it('leaves rows whose gradient is zero', async () => {
  expectClose(
    (await runOptimizer(adagrad({ learningRate: 0.5, initialPreconditionerValue: 0 }), SPARSE)).flat(),
    [[0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1]].flat(),
  );
});
