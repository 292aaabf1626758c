/** All leaves of a value as one vector for the inner aggregator, and its result in the value's structure again. */
import { typeError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { concat as join, reshape, splitSizes } from '../graph/ops/array.js';
import { sizeOf } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkAggregator } from './aggregator.js';
import { mean } from './mean.js';
import { staticShapes } from './static-shapes.js';

export interface ConcatOptions {
  /** What the vector is given to; `mean()` by default. */
  readonly inner?: Aggregator;
}

export class Concat extends Aggregator {
  readonly weighted: boolean;
  readonly #inner: Aggregator;

  constructor(options: ConcatOptions = {}) {
    super();
    checkOptions('options of concat', options, ['inner']);
    this.#inner = checkAggregator('inner', options.inner ?? mean());
    this.weighted = this.#inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const shapes = staticShapes('concat', specs);
    const dtypes = [...new Set(flatten(specs).map((spec) => spec.dtype))];
    if (dtypes.length !== 1) throw typeError(`\`specs\` of concat must have one element type, received ${dtypes.join(', ') || 'none'}`);
    const sizes = shapes.map(sizeOf);
    const vector = tensorSpec([sizes.reduce((a, b) => a + b, 0)], dtypes[0]) as TensorSpec;
    const inner = this.#inner.parts(vector);
    const toVector = (value: Tree<Output>): Output =>
      join(
        flatten(value).map((x) => reshape(x, [-1])),
        0,
      );
    const toStructure = (x: Output): Tree<Output> =>
      unflatten(
        specs,
        splitSizes(x, sizes, 0).map((part, i) => reshape(part, shapes[i] as number[])),
      );
    return {
      ...inner,
      client: (state, value, weight, random) => inner.client(state, toVector(value), weight, random),
      server: (state, combined) => {
        const step = inner.server(state, combined);
        return { ...step, result: toStructure(step.result as Output) };
      },
    };
  }
}

/**
 * Concatenates a value's leaves, in the structure's order, into one vector: rotations and quantisers then take all of it at once.
 *
 * @throws TypeError where leaves differ in element type
 */
export const concat = (options?: ConcatOptions): Concat => new Concat(options);
