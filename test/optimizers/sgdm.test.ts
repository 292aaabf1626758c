import { expect, it } from 'vitest';
import { sgdm } from '../../src/optimizers/sgdm.js';
import { runOptimizer } from '../../src/testing/check-optimizer.js';
import { checkOptimizer, expectClose } from '../keras/optimizers/check-optimizer.js';
import { SCALAR, SPARSE } from './fixtures.js';

// The numbers of TFF's own tests, and for defaults of its formulas.
checkOptimizer(sgdm, {
  fixture: SCALAR,
  steps: {
    'learning rate 0.01': [{ learningRate: 0.01 }, [[0.98], [0.96], [0.94], [0.92]]],
    'momentum 0.5': [{ learningRate: 0.01, momentum: 0.5 }, [[0.98], [0.95], [0.915], [0.8775]]],
    'Nesterov momentum': [{ learningRate: 0.01, momentum: 0.5, nesterov: true }, [[0.97], [0.935], [0.8975], [0.85875]]],
  },
  refused: [
    [{ momentum: 1.1 }, /momentum/],
    [{ momentum: -0.1 }, /momentum/],
    [{ nesterov: true }, /Nesterov/],
  ],
});

it('leaves rows whose gradient is zero', async () => {
  expectClose((await runOptimizer(sgdm({ learningRate: 0.5 }), SPARSE)).flat(), [[0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1]].flat());
});

it('says its rate where a step is only a subtraction', () => {
  const hparams = { learningRate: 'the rate' } as never;
  expect(sgdm({ learningRate: 1 }).plainRate(hparams)).toBe('the rate');
  expect(sgdm({ learningRate: 1, momentum: 0.5 }).plainRate(hparams)).toBeNull();
});
