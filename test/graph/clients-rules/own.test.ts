import { describe } from 'vitest';
import { descended } from '../../../src/graph/descent.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { add, less, mul } from '../../../src/graph/ops/math.js';
import { biasAdd, logSoftmax, matMul, softmax, softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from '../../../src/graph/ops/nn.js';
import { meanOfLosses } from '../../../src/graph/ops/own-cross-entropy.js';
import { guarded } from '../../../src/graph/ops/own-guarded.js';
import { ownLayerNormalization } from '../../../src/graph/ops/own-layer-normalization.js';
import { allFinite, sum } from '../../../src/graph/ops/reduce.js';
import { testClients, type Values } from './clients.js';

const LABELS: Values = { shape: [6], dtype: 'int32', of: (u) => Math.floor(10 * u) };
const SHARES: Values = { shape: [6, 10], of: (u) => u };
const FLOAT32 = 2e-6;
const INFINITE: Values = { shape: [2], of: (u) => (u < 0.4 ? Number.POSITIVE_INFINITY : u) };

describe('products', () => {
  const factors = {
    own: [
      [6, 20],
      [20, 10],
      [6, 10],
    ],
  };
  testClients({
    MatMul: {
      ...factors,
      fn: ([x, w, dy]) => [
        matMul(x as Output, w as Output),
        matMul(x as Output, dy as Output, { transposeA: true }),
        matMul(dy as Output, w as Output, { transposeB: true }),
      ],
      near: FLOAT32,
    },
    'MatMul with a factor that clients share': {
      own: [[6, 20]],
      shared: [
        [20, 10],
        [4, 6],
      ],
      fn: ([x], [w, a]) => [matMul(x as Output, w as Output), matMul(a as Output, x as Output)],
      near: FLOAT32,
    },
    BiasAdd: {
      own: [[6, 10], [2, 3, 10], [10]],
      fn: ([x, y, b]) => [biasAdd(x as Output, b as Output), biasAdd(y as Output, b as Output)],
    },
    'FedkerasSubtractProduct and FedkerasSubtractSum': {
      own: [[6, 20], [20, 10], [10], [6, 10]],
      fn: ([x, w, b, c]) => {
        const y = sum(mul(biasAdd(matMul(x as Output, w as Output), b as Output), c as Output));
        const [dw, db] = gradients([y], [w as Output, b as Output]) as [Output, Output];
        return [descended(w as Output, dw), descended(b as Output, db)];
      },
      near: 1e-5,
    },
  });
});

describe('normalization', () => {
  testClients({
    'FedkerasLayerNormalization and its gradient': {
      own: [[6, 20], [20], [20], [6, 20]],
      fn: ([x, gamma, beta, c]) => {
        const y = ownLayerNormalization(x as Output, gamma as Output, beta as Output, 0.1);
        return [y, ...(gradients([sum(mul(y, c as Output))], [x, gamma, beta] as Output[]) as Output[])];
      },
    },
    'with weights that clients share': {
      own: [[6, 20]],
      shared: [[20], [20]],
      fn: ([x], [gamma, beta]) => [ownLayerNormalization(x as Output, gamma as Output, beta as Output, 0.1)],
    },
  });
});

describe('losses', () => {
  testClients({
    SparseSoftmaxCrossEntropyWithLogits: {
      own: [[6, 10], LABELS],
      fn: ([x, y]) => {
        const losses = sparseSoftmaxCrossEntropy(x as Output, y as Output);
        return [losses, ...(gradients([losses], [x as Output]) as Output[])];
      },
      near: FLOAT32,
    },
    'FedkerasMeanCrossEntropy and its gradient': {
      own: [[6, 10], LABELS, []],
      fn: ([x, y, scale]) => {
        const loss = meanOfLosses(sparseSoftmaxCrossEntropy(x as Output, y as Output));
        return [loss, ...(gradients([loss], [x as Output], [scale as Output]) as Output[])];
      },
      near: FLOAT32,
    },
    SoftmaxCrossEntropyWithLogits: {
      own: [[6, 10], SHARES],
      fn: ([x, y]) => {
        const losses = softmaxCrossEntropy(x as Output, y as Output);
        return [losses, ...(gradients([losses], [x as Output]) as Output[])];
      },
      near: 1e-5,
    },
    'Softmax and LogSoftmax': {
      own: [
        [6, 10],
        [2, 3, 7],
      ],
      fn: ([x, y]) => [softmax(x as Output), logSoftmax(x as Output), softmax(y as Output)],
      near: FLOAT32,
    },
  });
});

describe('guards', () => {
  testClients({
    'FedkerasAllFinite and FedkerasGuarded': {
      own: [INFINITE, [3]],
      fn: ([x, y]) => {
        const isPassed = allFinite([x as Output, y as Output]);
        return [isPassed, ...(guarded(isPassed, [y as Output, add(y as Output, 1)]) as Output[])];
      },
    },
    'FedkerasGuarded with what clients share': {
      own: [[]],
      shared: [[3]],
      fn: ([x], [y]) => guarded(less(x as Output, 0), [y as Output]) as Output[],
    },
  });
});
