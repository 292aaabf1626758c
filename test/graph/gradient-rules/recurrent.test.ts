import { describe } from 'vitest';
import { gruSteps, lstmSteps } from '../../../src/graph/ops/recurrent.js';
import { type Case, testGradients } from '../finite-differences.js';

describe('recurrences in one op', () => {
  const inputs = [
    [3, 2, 12],
    [3, 12],
    [2, 3],
    [2, 3],
  ];
  // The kernel has float32 only.
  const single = { inputs, dtype: 'float32', step: 1e-2, tolerance: 1e-3 } as const;
  const cases: Record<string, Case> = {
    'a long short-term memory: outputs and memories': {
      ...single,
      fn: (...xs) => Object.values(lstmSteps(...(xs as Parameters<typeof lstmSteps>))),
    },
    'a long short-term memory: outputs': { ...single, fn: (...xs) => lstmSteps(...(xs as Parameters<typeof lstmSteps>)).outputs },
    'a long short-term memory: memories': { ...single, fn: (...xs) => lstmSteps(...(xs as Parameters<typeof lstmSteps>)).memories },
    'gated recurrent units': {
      ...single,
      inputs: [[3, 2, 9], [3, 9], [9], [2, 3]],
      fn: (...xs) => gruSteps(...(xs as Parameters<typeof gruSteps>)),
    },
  };
  testGradients(cases);
});
