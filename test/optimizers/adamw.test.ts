import { it } from 'vitest';
import { adamw } from '../../src/optimizers/adamw.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';
import { SCALAR, SPARSE } from './fixtures.js';

// The numbers of TFF's own tests, and for defaults of its formulas.
checkOptimizer(adamw, {
  fixture: SCALAR,
  steps: {
    defaults: [{ learningRate: 0.1 }, [[0.899600158], [0.79924043], [0.698920825], [0.598641336]]],
  },
  refused: [
    [{ beta1: 1.1 }, /beta1/],
    [{ beta1: -0.9 }, /beta1/],
    [{ beta2: 1.1 }, /beta2/],
    [{ beta2: -0.999 }, /beta2/],
    [{ epsilon: -1e-7 }, /epsilon/],
    [{ weightDecay: -0.1 }, /weightDecay/],
  ],
});

it('leaves rows whose gradient is zero', async () => {
  expectClose(
    (await runOptimizer(adamw({ learningRate: 0.5, beta1: 0, beta2: 0 }), SPARSE)).flat(),
    [[0.498, 0.498, 0.998, 0.998, 0.498, 0.498, 0.998, 0.998]].flat(),
  );
});
