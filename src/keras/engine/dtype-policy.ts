/** Dtype policies: in which element type a layer computes, and in which it keeps its weights. */
import { type DType, isDType } from '../../dtype.js';
import { isDictionary } from '../../tree.js';
import { mustBe, mustHold } from '../../validate.js';
import { type Field, field, named } from '../serialization/fields.js';

export interface DTypePolicy {
  readonly name: string;
  /** The element type that floating inputs and weights are cast to. */
  readonly compute: DType;
  readonly variable: DType;
}

const MIXED: Readonly<Record<string, DTypePolicy>> = {
  mixed_bfloat16: { name: 'mixed_bfloat16', compute: 'bfloat16', variable: 'float32' },
  mixed_float16: { name: 'mixed_float16', compute: 'float16', variable: 'float32' },
};

let defaultPolicy: DTypePolicy = { name: 'float32', compute: 'float32', variable: 'float32' };

/** The policy of a name, a Keras config, or (for `null`) the default. @throws TypeError, ValueError */
export function dtypePolicy(value: unknown, name = 'dtype'): DTypePolicy {
  if (value === null || value === undefined) return defaultPolicy;
  if (isDictionary(value) && isDictionary(value.config)) {
    // The policies of quantized models have other keys.
    if (typeof value.config.name !== 'string') throw mustBe(name, "a dtype or a policy such as 'mixed_bfloat16'", value.class_name);
    return dtypePolicy(value.config.name, name);
  }
  if (isDictionary(value) && typeof value.compute === 'string') return value as unknown as DTypePolicy;
  if (typeof value !== 'string') throw mustBe(name, "a dtype or a policy such as 'mixed_bfloat16'", value);
  const mixed = named(MIXED, value);
  if (mixed !== undefined) return mixed;
  if (!isDType(value)) throw mustHold(name, "a dtype or 'mixed_bfloat16'", value);
  return { name: value, compute: value, variable: value };
}

/** Sets the policy of layers that do not name one; `float32` until then, as in Keras. */
export function setDTypePolicy(value: string): void {
  defaultPolicy = dtypePolicy(value, 'policy');
}

/** A dtype or a policy's name or config. */
export const policyField: Field<string | object | null, DTypePolicy, false> = field<string | object | null, DTypePolicy>(
  (name, value) => dtypePolicy(value, name),
  (policy) =>
    policy.compute === policy.variable
      ? policy.name
      : { module: 'keras', class_name: 'DTypePolicy', config: { name: policy.name }, registered_name: null },
  null,
);
