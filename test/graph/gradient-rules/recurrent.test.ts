import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { gruSteps, lstmSteps, simpleRnnSteps } from '../../../src/graph/ops/recurrent.js';
import { type Case, testGradients } from '../finite-differences.js';

type Four = [Output, Output, Output, Output];

/** Those of the first example that are neither first nor last, all of the second but one, none of the third. */
const counts = ({ graph }: Output): Output => graph.constant(Uint8Array.of(0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0), 'bool', [4, 3]);

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
      fn: (...xs) => Object.values(lstmSteps(...(xs as Four))),
    },
    'a long short-term memory: outputs': { ...single, fn: (...xs) => lstmSteps(...(xs as Four)).outputs },
    'a long short-term memory: memories': { ...single, fn: (...xs) => lstmSteps(...(xs as Four)).memories },
    'a long short-term memory: outputs and memories, of which steps do not count': {
      ...single,
      inputs: [
        [4, 3, 12],
        [3, 12],
        [3, 3],
        [3, 3],
      ],
      fn: (...xs) => Object.values(lstmSteps(...(xs as Four), counts(xs[0] as Output))),
    },
    'gated recurrent units': {
      ...single,
      inputs: [[3, 2, 9], [3, 9], [9], [2, 3]],
      fn: (...xs) => gruSteps(...(xs as Four)),
    },
    'gated recurrent units, of which steps do not count': {
      ...single,
      inputs: [[4, 3, 9], [3, 9], [9], [3, 3]],
      fn: (...xs) => gruSteps(...(xs as Four), counts(xs[0] as Output)),
    },
    'a simple recurrence': {
      ...single,
      inputs: [
        [3, 2, 4],
        [4, 4],
        [2, 4],
      ],
      fn: (...xs) => simpleRnnSteps(...(xs as [Output, Output, Output]), 'tanh'),
    },
    'a simple recurrence, of which steps do not count': {
      ...single,
      inputs: [
        [4, 3, 4],
        [4, 4],
        [3, 4],
      ],
      fn: (...xs) => simpleRnnSteps(...(xs as [Output, Output, Output]), 'tanh', counts(xs[0] as Output)),
    },
  };
  testGradients(cases);
});
