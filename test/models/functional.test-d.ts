/** The functions of a hand-written model, and its batches, have exactly the structure of its weights and specs. */
import { describe, expectTypeOf, it } from 'vitest';
import { models, type Output, ops, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { AnyFederatedModel } from '../../src/models/federated-model.js';

declare const f: Tensor<'float32'>;
declare const i: Tensor<'int32'>;

// Types only: these functions are never called.
describe('a hand-written model', () => {
  const make = () =>
    models.functional({
      initialWeights: { trainable: { kernel: f, bias: [0, 0] }, nonTrainable: [tensor([1])] },
      predict: ({ trainable, nonTrainable }, x, { training, seed }) => {
        expectTypeOf(trainable).toEqualTypeOf<{ readonly kernel: Output; readonly bias: Output }>();
        expectTypeOf(nonTrainable).toEqualTypeOf<readonly [Output]>();
        expectTypeOf(x).toEqualTypeOf<{ readonly a: Output; readonly b: readonly [Output, Output] }>();
        expectTypeOf(training).toEqualTypeOf<boolean>();
        expectTypeOf(seed).toEqualTypeOf<() => Output>();
        return { logits: ops.matMul(x.a, trainable.kernel) };
      },
      loss: (output, label) => {
        expectTypeOf(output).toEqualTypeOf<{ logits: Output }>();
        expectTypeOf(label).toEqualTypeOf<Output>();
        return ops.mean(output.logits);
      },
      inputSpec: { x: { a: tensorSpec([null, 2]), b: [tensorSpec([null]), tensorSpec([null])] }, y: tensorSpec([null], 'int32') },
    });
  type Batch = Parameters<ReturnType<typeof make>['forwardPass']>[0];

  it('takes batches of its spec, and nothing else', () => {
    expectTypeOf<Batch>().toEqualTypeOf<{
      readonly x: { readonly a: Tensor<'float32'>; readonly b: readonly [Tensor<'float32'>, Tensor<'float32'>] };
      readonly y: Tensor<'int32'>;
    }>();
    const use = (model: ReturnType<typeof make>) => {
      model.forwardPass({ x: { a: f, b: [f, f] }, y: i });
      // @ts-expect-error: another element type
      model.forwardPass({ x: { a: f, b: [f, f] }, y: f });
      // @ts-expect-error: another structure
      model.predictOnBatch({ a: f });
      const any: AnyFederatedModel = model;
      return any;
    };
    expectTypeOf(use).toBeFunction();
  });

  it('takes the spec as a list', () => {
    const model = () =>
      models.functional({
        initialWeights: { trainable: [0] },
        predict: ({ trainable: [w], nonTrainable }, x) => {
          expectTypeOf(nonTrainable).toEqualTypeOf<readonly never[]>();
          return ops.mul(x, w);
        },
        loss: (output, label) => ops.mean(ops.sub(output, label)),
        inputSpec: [tensorSpec([null]), tensorSpec([null])],
      });
    expectTypeOf<Parameters<ReturnType<typeof model>['forwardPass']>[0]>().toEqualTypeOf<readonly [Tensor<'float32'>, Tensor<'float32'>]>();
  });

  it('refuses what has no such weight or option', () => {
    const use = () => {
      const inputSpec = { x: tensorSpec([null]), y: tensorSpec([null]) };
      const loss = (output: Output, label: Output) => ops.mean(ops.sub(output, label));
      models.functional({
        initialWeights: { trainable: { w: 0 } },
        // @ts-expect-error: no such weight
        predict: ({ trainable: { v } }, x) => ops.mul(x, v),
        loss,
        inputSpec,
      });
      // @ts-expect-error: no loss
      models.functional({ initialWeights: { trainable: { w: 0 } }, predict: ({ trainable: { w } }, x) => ops.mul(x, w), inputSpec });
      // @ts-expect-error: weights as a string
      models.functional({ initialWeights: { trainable: { w: 'a' as unknown as Date } }, predict: (_, x) => x, loss, inputSpec });
    };
    expectTypeOf(use).toBeFunction();
  });
});
