import { describe, expect, it } from 'vitest';
import { ClientComputation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { sizeOfAxis } from '../../../src/graph/ops/array.js';
import { randomBits, randomNormal, randomUniform } from '../../../src/graph/ops/random.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../../src/tensor-spec.js';
import { testClients, type Values } from './clients.js';

const SEED: Values = { shape: [2], dtype: 'int64', of: (u) => BigInt(Math.floor(u * 2 ** 31)) };
const ROWS: Values = { shape: [5, 2], unknown: [0] };

describe('random numbers', () => {
  testClients({
    StatelessRandomUniformFullInt: { own: [SEED], fn: ([s]) => [randomBits(s as Output, [2], 'int64'), randomBits(s as Output, [3, 2])] },
    StatelessRandomUniform: {
      own: [SEED, ROWS],
      fn: ([s, x]) => [randomUniform(s as Output, [3, 2]), randomUniform(s as Output, [sizeOfAxis(x as Output, 0), 4])],
    },
    StatelessRandomNormal: { own: [SEED], fn: ([s]) => [randomNormal(s as Output, [4, 3]), randomNormal(s as Output, [7], 'float64')] },
  });
});

it('are other ones for each seed', async () => {
  const computation = ClientComputation.compile([], [tensorSpec([2], 'int64') as TensorSpec], (_, own) => ({
    combined: [],
    returned: [randomUniform((own as Output[])[0] as Output, [3])],
  }));
  const seeds = [1n, 2n, 1n].map((seed) => [tensor(BigInt64Array.of(seed, 0n))]);
  const results = await computation.runMany([], seeds, computation.accumulator(), 0, null);
  const [a, b, c] = results.map((tensors) => Array.from((tensors as Tensor[])[0]?.data as Float32Array));
  expect(a).toEqual(c);
  expect(a).not.toEqual(b);
  computation.dispose();
});
