/** A model's weights as tensors. */
import { isFloating } from '../dtype.js';
import { typeError, ValueError } from '../errors.js';
import type { Variable } from '../graph/variable.js';
import { Tensor } from '../tensor.js';
import { isDictionary } from '../tree.js';
import { describe, mustBe } from '../validate.js';

/** Bytes of weights from which a model is large, 64 MiB: a round of it takes seconds. */
export const LARGE_MODEL = 1 << 26;

/** The values of a model's variables, each list in the variables' order. */
export interface ModelWeights {
  readonly trainable: readonly Tensor[];
  readonly nonTrainable: readonly Tensor[];
}

/**
 * Weights that fit a model's variables, as tensors of their own: what becomes of the given ones does not matter any more.
 *
 * @throws TypeError for another form or dtype, ValueError for another number of tensors or shape, or values that are not numbers (NaN).
 */
export function checkWeights(
  name: string,
  trainable: readonly Variable[],
  nonTrainable: readonly Variable[],
  weights: unknown,
): ModelWeights {
  if (!isDictionary(weights)) throw mustBe(name, 'an object { trainable, nonTrainable }', weights);
  for (const [key, variables] of [
    ['trainable', trainable],
    ['nonTrainable', nonTrainable],
  ] as const) {
    const list = weights[key];
    if (!Array.isArray(list)) throw mustBe(`${name}.${key}`, 'a list of tensors', list);
    if (list.length !== variables.length)
      throw new ValueError(`\`${name}.${key}\` must be ${variables.length} tensors, received ${list.length}`);
    list.forEach((t: unknown, i) => checkWeight(`${name}.${key}[${i}]`, variables[i] as Variable, t));
  }
  return sharedWeights(weights as unknown as ModelWeights);
}

/** The same weights as other tensors over the same memory: whoever gets them may dispose them. */
export const sharedWeights = ({ trainable, nonTrainable }: ModelWeights): ModelWeights => ({
  trainable: trainable.map((t) => t.share()),
  nonTrainable: nonTrainable.map((t) => t.share()),
});

function checkWeight(where: string, variable: Variable, t: unknown): void {
  if (!(t instanceof Tensor)) throw mustBe(where, `a tensor ${variable.spec} for \`${variable.path}\``, describe(t));
  if (t.dtype !== variable.dtype) throw typeError(`\`${where}\` must be ${variable.dtype} for \`${variable.path}\`, received ${t}`);
  if (!variable.spec.accepts(t.shape, t.dtype))
    throw new ValueError(`\`${where}\` must be ${variable.spec} for \`${variable.path}\`, received ${t}`);
  if (!isFloating(t.dtype)) return;
  const at = (t.data as Float32Array).findIndex((v) => Number.isNaN(v));
  if (at >= 0) throw new ValueError(`\`${where}\` for \`${variable.path}\` must be numbers, received NaN at position ${at}`);
}
