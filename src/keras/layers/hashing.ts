/** Strings and whole numbers as buckets by their hash. */
import { isFloating } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { zerosLike } from '../../graph/ops/array.js';
import { add, cast, equal, where } from '../../graph/ops/math.js';
import { checkInteger, mustBe, mustHold } from '../../validate.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { field, integer, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { hashBuckets, saltField } from './hash-buckets.js';
import { denseField, encode, indexOptions, outputModeField } from './output-mode.js';

const maskValue = field<number | string, number | string>(
  (name, value) => {
    if (typeof value !== 'string' && typeof value !== 'number') throw mustBe(name, 'a string or a whole number', value);
    return typeof value === 'string' ? value : checkInteger(name, value);
  },
  (value) => value,
);

const fields = {
  /** Number of buckets, at least 1. */
  numBins: integer({ min: 1 }),
  /** A value that gets bucket 0 for itself alone; none by default. */
  maskValue: optional(maskValue),
  /** With one or two numbers the hash is SipHash with these as its key; without (default) it is FarmHash. */
  salt: saltField,
  /** `int` (default): the number of the bucket; or encoded as by `categoryEncoding`. */
  outputMode: outputModeField(['int', 'one_hot', 'multi_hot', 'count'], 'int'),
  sparse: denseField,
};
export type HashingOptions = LayerOptionsOf<typeof fields>;

/** The same shape as `int64` (or, where `dtype` says so, `int32`), or encoded over the buckets. */
export class Hashing extends Layer<typeof fields> {
  static readonly className = 'Hashing';
  static readonly fields = fields;

  constructor(options: HashingOptions) {
    super(indexOptions(options));
    const { name } = this.policy;
    if (this.options.outputMode === 'int' && name !== 'int32' && name !== 'int64')
      throw mustHold(`dtype of layer ${this.name}`, "int32 or int64 with `outputMode: 'int'`", name);
  }

  protected override call(_ctx: Context, x: Output): Output {
    const { numBins, maskValue: masked, salt, outputMode } = this.options;
    const values = isFloating(x.dtype) ? cast(x, 'int64') : x;
    if (masked !== null && (typeof masked === 'string') !== (x.dtype === 'string'))
      throw new ValueError(`\`maskValue\` of layer \`${this.name}\` must be a value of its input ${x}, received ${JSON.stringify(masked)}`);
    const reserves = masked !== null && numBins > 1;
    let bins = hashBuckets(values, numBins - (reserves ? 1 : 0), salt);
    if (reserves) {
      const mask = equal(values, values.graph.constant(values.dtype === 'int64' ? BigInt(masked) : masked, values.dtype));
      bins = where(mask, zerosLike(bins), add(bins, bins.graph.constant(1n, 'int64')));
    }
    const { compute } = this.policy;
    return outputMode === 'int' ? cast(bins, compute) : encode(this.name, bins, outputMode, numBins, compute);
  }
}

export const hashing = factory<HashingOptions, Hashing>(Hashing);
