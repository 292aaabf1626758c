/** Weights of classes, as Keras's `fit` takes them: the loss of an example counts as much as its class says. */
import { isFloating } from '../dtype.js';
import type { Output } from '../graph/graph.js';
import { expandDims, squeeze } from '../graph/ops/array.js';
import { add, cast, equal, mul, round, sub } from '../graph/ops/math.js';
import { argMax, sum } from '../graph/ops/reduce.js';
import { isDictionary } from '../tree.js';
import { checkNumber, mustBe, mustHold } from '../validate.js';

/** A factor for each class, by its number; 1 for classes that are not named. */
export type ClassWeight = Readonly<Record<number, number>>;

/** Class numbers and their factors. */
export type ClassWeights = readonly (readonly [number, number])[];

/** Class numbers with their factors. @throws TypeError, ValueError */
export function checkClassWeight(value: unknown): ClassWeights {
  if (!isDictionary(value)) throw mustBe('classWeight', 'a dictionary of numbers by class number', value);
  return Object.entries(value).map(([key, weight]) => {
    if (!/^(0|[1-9]\d{0,8})$/.test(key)) throw mustHold('classWeight', 'a dictionary whose keys are class numbers', key);
    return [Number(key), checkNumber(`classWeight[${key}]`, weight)];
  });
}

/**
 * The weight of each label (`class_weight_to_sample_weights` in Keras): labels of several axes are one-hot along the last one, unless its size
 * is 1; numbers are rounded.
 */
export function sampleWeightsOf(classWeight: ClassWeights, labels: Output): Output {
  const { graph } = labels;
  const vector = (values: readonly number[], dtype: 'int32' | 'float32'): Output => graph.constant([...values], dtype, [values.length]);
  const keys = vector(
    classWeight.map(([key]) => key),
    'int32',
  );
  const factors = vector(
    classWeight.map(([, weight]) => weight),
    'float32',
  );
  const is = cast(equal(expandDims(classesOf(labels), -1), keys), 'float32');
  // Sums with at most one term that is not zero: exact.
  return add(sum(mul(is, factors), -1), sub(1, sum(is, -1)));
}

function classesOf(labels: Output): Output {
  if (labels.rank > 1 && labels.shape?.at(-1) !== 1) return cast(argMax(labels), 'int32');
  const numbers = labels.rank > 1 ? squeeze(labels, [labels.rank - 1]) : labels;
  return cast(isFloating(numbers.dtype) ? round(numbers) : numbers, 'int32');
}
