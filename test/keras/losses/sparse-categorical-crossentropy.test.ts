import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { sparseCategoricalCrossentropy } from '../../../src/keras/losses/index.js';
import { type TensorData, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { checkLoss } from '../../../src/testing/check-loss.js';

// keras.losses.SparseCategoricalCrossentropy(reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: defaults', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ reduction: 'none' }),
    yTrue: [0, 2],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.35, 0.4],
    ],
    expected: [0.35667497, 0.91629076],
  }));

// keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: fromLogits true', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ fromLogits: true, reduction: 'none' }),
    yTrue: [0, 2],
    yPred: [
      [1.5, -0.5, 0.2],
      [-1, 2, 0.3],
    ],
    expected: [0.34207594, 1.9090208],
  }));

// keras.losses.SparseCategoricalCrossentropy(reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: other shapes and signs', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ reduction: 'none' }),
    yTrue: [
      [0, 2],
      [1, 2],
    ],
    yPred: [
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [
        [0.3, 0.3, 0.4],
        [0.25, 0.35, 0.4],
      ],
    ],
    expected: [
      [0.35667497, 0.51082557],
      [1.2039728, 0.91629076],
    ],
  }));

// keras.losses.SparseCategoricalCrossentropy(ignore_class=2, reduction="none")(yTrue, yPred)
test('SparseCategoricalCrossentropy: ignoreClass 2', () =>
  checkLoss({
    loss: sparseCategoricalCrossentropy({ ignoreClass: 2, reduction: 'none' }),
    reductions: false,
    yTrue: [
      [0, 2],
      [1, 2],
    ],
    yPred: [
      [
        [0.7, 0.2, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [
        [0.3, 0.3, 0.4],
        [0.25, 0.35, 0.4],
      ],
    ],
    expected: [
      [0.35667497, 0],
      [1.2039728, 0],
    ],
  }));

test.each(['int32', 'int64', 'uint8', 'float32'] as const)('labels of %s', async (dtype) => {
  const inputs = [
    tensor([2, 1] as TensorData, undefined, dtype),
    tensor([
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
    ]),
  ];
  const specs = [tensorSpec([null], dtype), tensorSpec([null, 3], 'float32')];
  const computation = Computation.compile(specs, (feeds, graph) => {
    const [t, p] = feeds as [Output, Output];
    const loss = sparseCategoricalCrossentropy({ ignoreClass: 1 });
    return [loss.compute(new Context(graph, { training: false, values: new Map() }), t, p)];
  });
  const [value] = (await computation.run(inputs)) as unknown as [{ data: Float32Array }];
  expect(value.data[0]).toBeCloseTo(Math.log(4), 5);
});
