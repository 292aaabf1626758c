/** A part of each client's data that it does not train with: pfl-research's `Dataset.split`. */
import { reshape } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { cast, less, maximum, minimum, mul, sub, where } from '../graph/ops/math.js';
import { checkInteger, checkNumber } from '../validate.js';
import { cutRows, type DatasetInputs, ofRows, usedRows } from './batches.js';

/** How a client's examples are split into those that it trains with, the first ones, and those for validation. */
export interface ValidationSplitOptions {
  /** The share of the examples to train with, 0 to 1, rounded down to whole examples; 0.8 by default. pfl calls it `val_split_fraction`. */
  readonly trainFraction?: number;
  /** The fewest examples to train with, whatever the share, at least 1; 1 by default. A client fails that has not enough for both. */
  readonly minTrainSize?: number;
  /** The fewest examples for validation, whatever the share, at least 1; 1 by default. */
  readonly minValidationSize?: number;
}
export const VALIDATION_SPLIT_OPTIONS = ['trainFraction', 'minTrainSize', 'minValidationSize'] as const;

/**
 * Makes of a client's data the part that it trains with, which has the other as `validation`. A remainder that is dropped is in neither.
 *
 * @throws TypeError, ValueError for options of the wrong kind or out of range
 */
export function validationSplit(name: string, options: ValidationSplitOptions): (dataset: DatasetInputs) => DatasetInputs {
  const share = checkNumber(`${name}.trainFraction`, options.trainFraction ?? 0.8, { min: 0, max: 1 });
  const size = (key: 'minTrainSize' | 'minValidationSize'): number =>
    checkInteger(`${name}.${key}`, options[key] ?? 1, { min: 1, max: 2 ** 30 - 1 });
  const [leastTrain, leastValidation] = [size('minTrainSize'), size('minValidationSize')];
  const message = `\`${name}\` needs ${leastTrain + leastValidation} examples of each client`;
  return (dataset) => {
    const rows = usedRows(dataset);
    const exact = mul(cast(rows, 'float64'), share);
    const enough = op('CheckNumerics', [where(less(rows, leastTrain + leastValidation), Number.NaN, exact)], { message });
    const end = maximum(minimum(cast(enough, 'int32'), sub(rows, leastValidation)), leastTrain);
    const part = (begin: typeof rows, until: typeof rows): DatasetInputs =>
      ofRows(dataset, cutRows(reshape(begin, [1]), reshape(until, [1])), sub(until, begin));
    return { ...part(sub(rows, rows), end), validation: part(end, rows) };
  };
}
