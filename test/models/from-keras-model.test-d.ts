/** Batches have exactly the structure of the input spec. */
import { describe, expectTypeOf, it } from 'vitest';
import { fromKerasModel, keras, type Output, ops, type Tensor, tensorSpec } from '../../src/index.js';
import type { AnyFederatedModel, FederatedModel } from '../../src/models/federated-model.js';

declare const model: Parameters<typeof fromKerasModel>[0];
declare const f: Tensor<'float32'>;
declare const i: Tensor<'int32'>;
const loss = keras.losses.meanSquaredError();
const x = tensorSpec([null, 2]);
const y = tensorSpec([null], 'int32');

// Types only: these functions are never called.
describe('a model with the spec { x, y }', () => {
  const make = () => fromKerasModel(model, { loss, inputSpec: { x, y } });
  type Batch = Parameters<ReturnType<typeof make>['forwardPass']>[0];

  it('takes { x, y }', () => {
    expectTypeOf<Batch>().toEqualTypeOf<{ readonly x: Tensor<'float32'>; readonly y: Tensor<'int32'> }>();
    expectTypeOf<Parameters<ReturnType<typeof make>['backwardPass']>[0]>().toEqualTypeOf<Batch>();
    expectTypeOf<Parameters<ReturnType<typeof make>['predictOnBatch']>[0]>().toEqualTypeOf<Tensor<'float32'>>();
  });

  it('takes nothing else', () => {
    const use = (federated: ReturnType<typeof make>) => {
      federated.forwardPass({ x: f, y: i });
      // @ts-expect-error: no y
      federated.forwardPass({ x: f });
      // @ts-expect-error: no x
      federated.forwardPass({ y: i });
      // @ts-expect-error: another element type
      federated.forwardPass({ x: f, y: f });
      // @ts-expect-error: a list
      federated.forwardPass([f, i]);
      // @ts-expect-error: a list for a tensor
      federated.forwardPass({ x: [f], y: i });
      // @ts-expect-error: something more
      federated.forwardPass({ x: f, y: i, z: f });
      // @ts-expect-error: an option that nobody reads
      federated.forwardPass({ x: f, y: i }, { train: true });
      // @ts-expect-error: another element type
      federated.predictOnBatch(i);
      // @ts-expect-error: another structure
      federated.backwardPass({ x: f, y: [i] });
    };
    expectTypeOf(use).toBeFunction();
  });

  it('keeps its spec', () => {
    expectTypeOf<ReturnType<typeof make>['inputSpec']>().toExtend<{ x: typeof x; y: typeof y }>();
  });
});

describe('a model with the spec [x, y]', () => {
  const make = () => fromKerasModel(model, { loss, inputSpec: [x, y] });
  type Batch = Parameters<ReturnType<typeof make>['forwardPass']>[0];

  it('takes [x, y]', () => {
    expectTypeOf<Batch>().toEqualTypeOf<readonly [Tensor<'float32'>, Tensor<'int32'>]>();
    expectTypeOf<Parameters<ReturnType<typeof make>['predictOnBatch']>[0]>().toEqualTypeOf<Tensor<'float32'>>();
  });

  it('takes nothing else', () => {
    const use = (federated: ReturnType<typeof make>) => {
      federated.forwardPass([f, i]);
      // @ts-expect-error: too short
      federated.forwardPass([f]);
      // @ts-expect-error: too long
      federated.forwardPass([f, i, i]);
      // @ts-expect-error: the other way round
      federated.forwardPass([i, f]);
      // @ts-expect-error: a dictionary
      federated.forwardPass({ x: f, y: i });
    };
    expectTypeOf(use).toBeFunction();
  });
});

describe('a model with the spec { x, y, sampleWeight }', () => {
  const make = () => fromKerasModel(model, { loss, inputSpec: { x, y, sampleWeight: tensorSpec([null]) } });
  type Batch = Parameters<ReturnType<typeof make>['forwardPass']>[0];

  it('takes { x, y, sampleWeight }', () => {
    expectTypeOf<Batch>().toEqualTypeOf<{
      readonly x: Tensor<'float32'>;
      readonly y: Tensor<'int32'>;
      readonly sampleWeight: Tensor<'float32'>;
    }>();
    const use = (federated: ReturnType<typeof make>) => {
      federated.forwardPass({ x: f, y: i, sampleWeight: f });
      // @ts-expect-error: no weights
      federated.forwardPass({ x: f, y: i });
      // @ts-expect-error: another element type
      federated.forwardPass({ x: f, y: i, sampleWeight: i });
    };
    expectTypeOf(use).toBeFunction();
  });
});

describe('losses and metrics', () => {
  const inputSpec = { x, y };
  const { meanAbsoluteError } = keras.metrics;

  it('are objects, functions, lists, or dictionaries by output', () => {
    const use = () => {
      fromKerasModel(model, {
        loss: { a: loss, b: null },
        lossWeights: { a: 2 },
        metrics: { a: meanAbsoluteError(), b: [meanAbsoluteError] },
        inputSpec,
      });
      fromKerasModel(model, { loss: (t, p) => ops.abs(ops.sub(t, p)), metrics: [(t, p) => ops.abs(ops.sub(t, p))], inputSpec });
      fromKerasModel(model, { loss: [loss, (t: Output, p: Output) => ops.sub(t, p)], inputSpec, classWeight: { 0: 1, 3: 2 } });
      // @ts-expect-error: a factory that was not called
      fromKerasModel(model, { loss: keras.losses.meanSquaredError, inputSpec });
      // @ts-expect-error: no loss
      fromKerasModel(model, { loss: { a: 3 }, inputSpec });
      // @ts-expect-error: a function of numbers
      fromKerasModel(model, { loss: (t: number, p: number) => t - p, inputSpec });
      // @ts-expect-error: no metric
      fromKerasModel(model, { loss, metrics: { a: 'mae' }, inputSpec });
      // @ts-expect-error: a weight that is no number
      fromKerasModel(model, { loss, classWeight: { 0: '1' }, inputSpec });
    };
    expectTypeOf(use).toBeFunction();
  });
});

describe('a model with a nested spec', () => {
  const make = () => fromKerasModel(model, { loss, inputSpec: { x: { image: x, more: [x, { id: y }] }, y: [y, x] } });
  type Batch = Parameters<ReturnType<typeof make>['forwardPass']>[0];
  interface Inputs {
    readonly image: Tensor<'float32'>;
    readonly more: readonly [Tensor<'float32'>, { readonly id: Tensor<'int32'> }];
  }

  it('takes its structure', () => {
    expectTypeOf<Batch['x']['more'][1]['id']>().toEqualTypeOf<Tensor<'int32'>>();
    expectTypeOf<Batch['y']>().toEqualTypeOf<readonly [Tensor<'int32'>, Tensor<'float32'>]>();
    expectTypeOf<Batch['x']>().toExtend<Inputs>();
    expectTypeOf<Inputs>().toExtend<Batch['x']>();
    expectTypeOf<Parameters<ReturnType<typeof make>['predictOnBatch']>[0]>().toEqualTypeOf<Batch['x']>();
  });

  it('takes nothing else', () => {
    const use = (federated: ReturnType<typeof make>) => {
      federated.forwardPass({ x: { image: f, more: [f, { id: i }] }, y: [i, f] });
      // @ts-expect-error: a name is missing
      federated.forwardPass({ x: { more: [f, { id: i }] }, y: [i, f] });
      // @ts-expect-error: another name
      federated.forwardPass({ x: { picture: f, more: [f, { id: i }] }, y: [i, f] });
      // @ts-expect-error: another element type inside
      federated.forwardPass({ x: { image: f, more: [f, { id: f }] }, y: [i, f] });
      // @ts-expect-error: labels in another structure
      federated.forwardPass({ x: { image: f, more: [f, { id: i }] }, y: i });
    };
    expectTypeOf(use).toBeFunction();
  });
});

describe('the input spec', () => {
  it('has exactly x and y, of tensor specs', () => {
    const use = () => {
      // @ts-expect-error: no y
      fromKerasModel(model, { loss, inputSpec: { x } });
      // @ts-expect-error: three elements
      fromKerasModel(model, { loss, inputSpec: [x, y, y] });
      // @ts-expect-error: no spec
      fromKerasModel(model, { loss, inputSpec: { x, y: 3 } });
      // @ts-expect-error: no spec at all
      fromKerasModel(model, { loss });
    };
    expectTypeOf(use).toBeFunction();
  });
});

describe('any federated model', () => {
  it('is what algorithms take, whatever its spec', () => {
    const make = () => fromKerasModel(model, { loss, inputSpec: { x, y } });
    expectTypeOf<ReturnType<typeof make>>().toExtend<AnyFederatedModel>();
    expectTypeOf<FederatedModel>().toExtend<AnyFederatedModel>();
  });
});
