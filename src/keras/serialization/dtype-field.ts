/** The element type of losses and metrics. */
import type { DType } from '../../dtype.js';
import { dtypePolicy } from '../engine/dtype-policy.js';
import { type Field, field } from './fields.js';

/**
 * What a loss or a metric computes in: a dtype, or a policy whose compute dtype counts.
 *
 * `null` means the fallback (`float32`, as Keras's `floatx`) and not the layers' default policy: sums in `bfloat16` would lose examples.
 */
export const dtypeField = (fallback: DType = 'float32'): Field<string | object | null, DType, false> =>
  field<string | object | null, DType>(
    (name, value) => (value === null ? fallback : dtypePolicy(value, name).compute),
    (dtype) => dtype,
    null,
  );
