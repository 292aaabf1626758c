import { describe, expectTypeOf, it } from 'vitest';
import type { DType } from '../src/dtype.js';
import { type Tensor, tensor } from '../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../src/tensor-spec.js';

describe('tensor', () => {
  it('has the type of its typed array', () => {
    expectTypeOf(tensor(new Float32Array(2))).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(tensor(new Float64Array(2))).toEqualTypeOf<Tensor<'float64'>>();
    expectTypeOf(tensor(new Int8Array(2))).toEqualTypeOf<Tensor<'int8'>>();
    expectTypeOf(tensor(new Int16Array(2))).toEqualTypeOf<Tensor<'int16'>>();
    expectTypeOf(tensor(new Int32Array(2), [2])).toEqualTypeOf<Tensor<'int32'>>();
    expectTypeOf(tensor(new BigInt64Array(2))).toEqualTypeOf<Tensor<'int64'>>();
    expectTypeOf(tensor(new Uint8Array(2))).toEqualTypeOf<Tensor<'uint8'>>();
    expectTypeOf(tensor(new Uint16Array(2))).toEqualTypeOf<Tensor<'uint16'>>();
    expectTypeOf(tensor(new Uint32Array(2))).toEqualTypeOf<Tensor<'uint32'>>();
    expectTypeOf(tensor(new BigUint64Array(2))).toEqualTypeOf<Tensor<'uint64'>>();
  });

  it('has the type of its nested values', () => {
    expectTypeOf(tensor(1)).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(tensor([[1], [2]])).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(tensor([[[[1]]]])).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(tensor([1n])).toEqualTypeOf<Tensor<'int64'>>();
    expectTypeOf(tensor([true])).toEqualTypeOf<Tensor<'bool'>>();
    expectTypeOf(tensor([['a']])).toEqualTypeOf<Tensor<'string'>>();
  });

  it('has the type that is named', () => {
    expectTypeOf(tensor([1, 2], [2], 'int32')).toEqualTypeOf<Tensor<'int32'>>();
    expectTypeOf(tensor(new Uint8Array(2), undefined, 'bool')).toEqualTypeOf<Tensor<'bool'>>();
    // @ts-expect-error: no element type
    tensor([1], [1], 'float');
  });

  it('has data of that type', () => {
    expectTypeOf(tensor([1]).data).toEqualTypeOf<Float32Array>();
    expectTypeOf(tensor([1n]).data).toEqualTypeOf<BigInt64Array>();
    expectTypeOf(tensor(['a']).data).toEqualTypeOf<string[]>();
    expectTypeOf(tensor([true]).data).toEqualTypeOf<Uint8Array>();
    expectTypeOf(tensor([1]).shape).toEqualTypeOf<readonly number[]>();
  });

  it('takes nothing else', () => {
    // @ts-expect-error: no value
    tensor(null);
    // @ts-expect-error: no values
    tensor([{}]);
    // @ts-expect-error: strings for sizes
    tensor([1], ['1']);
    // @ts-expect-error: the values of a tensor are its own
    tensor([1]).data = new Float32Array(1);
  });

  it('is not one of another element type', () => {
    expectTypeOf<Tensor<'float32'>>().not.toExtend<Tensor<'int32'>>();
    expectTypeOf<Tensor<'float32'>>().toExtend<Tensor>();
    expectTypeOf<Tensor>().toEqualTypeOf<Tensor<DType>>();
  });
});

describe('tensorSpec', () => {
  it('keeps shape and type, float32 by default', () => {
    expectTypeOf(tensorSpec([null, 3], 'int64')).toEqualTypeOf<TensorSpec<readonly [null, 3], 'int64'>>();
    expectTypeOf(tensorSpec([])).toEqualTypeOf<TensorSpec<readonly [], 'float32'>>();
  });

  it('takes nothing else', () => {
    // @ts-expect-error: undefined is no size
    tensorSpec([undefined]);
    // @ts-expect-error: no element type
    tensorSpec([1], 'double');
  });
});
