import { describe, expect, it } from 'vitest';
import { typeError, ValueError } from '../src/errors.js';
import { TensorSpec, tensorSpec } from '../src/tensor-spec.js';

const wrong =
  (...args: unknown[]) =>
  () =>
    (tensorSpec as (...args: unknown[]) => unknown)(...args);

describe('tensorSpec', () => {
  it('describes shape and element type, float32 by default', () => {
    const spec = tensorSpec([null, 28, 28, 1], 'int64');
    expect(spec).toBeInstanceOf(TensorSpec);
    expect([spec.shape, spec.dtype, String(spec)]).toEqual([[null, 28, 28, 1], 'int64', 'int64[null, 28, 28, 1]']);
    expect(tensorSpec([]).dtype).toBe('float32');
    expect(String(tensorSpec([]))).toBe('float32[]');
  });

  it('does not change', () => {
    const shape = [null, 2];
    const spec = tensorSpec(shape);
    shape[1] = 3;
    expect(spec.shape).toEqual([null, 2]);
    expect(Object.isFrozen(spec) && Object.isFrozen(spec.shape)).toBe(true);
  });

  it('accepts tensors that fit', () => {
    const spec = tensorSpec([null, 2], 'int32');
    expect([spec.accepts([0, 2], 'int32'), spec.accepts([7, 2], 'int32')]).toEqual([true, true]);
    expect(spec.accepts([7, 3], 'int32')).toBe(false);
    expect(spec.accepts([2], 'int32')).toBe(false);
    expect(spec.accepts([7, 2, 1], 'int32')).toBe(false);
    expect(spec.accepts([7, 2], 'int64')).toBe(false);
    expect(tensorSpec([]).accepts([], 'float32')).toBe(true);
  });

  it('refuses other shapes and element types', () => {
    expect(wrong(3)).toThrow(typeError('`shape` must be a list of sizes, received 3'));
    expect(wrong(undefined)).toThrow(typeError('`shape` must be a list of sizes, received undefined'));
    expect(wrong([1, '2'])).toThrow(typeError('`shape[1]` must be a whole number or null, received "2"'));
    expect(wrong([undefined])).toThrow(typeError('`shape[0]` must be a whole number or null, received undefined'));
    for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(wrong([size])).toThrow(new ValueError(`\`shape[0]\` must be a whole number that is not negative, or null, received ${size}`));
    expect(wrong([], 'float')).toThrow(/^`dtype` must be one of float32, float64, .*, received .*float/);
  });
});
