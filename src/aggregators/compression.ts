/**
 * Lossy compression of what clients send, with an exact count of its bits.
 *
 * A client's value is coded and decoded on the client: what is aggregated, and its error, is what a server would decode from a message of
 * the counted length. Such a message has no header: both sides know the shapes.
 */
import type { Output } from '../graph/graph.js';
import { reshape } from '../graph/ops/array.js';
import { add, cast, mul } from '../graph/ops/math.js';
import { sizeOf } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { Aggregator, type AggregatorParts, checkAggregator } from './aggregator.js';
import { mean } from './mean.js';
import { checkFloating } from './norms.js';
import { type Randomness, split, splitSeed } from './randomness.js';
import { staticShapes } from './static-shapes.js';

export interface CompressionOptions {
  /** What the decoded values are given to; `mean()` by default. */
  readonly inner?: Aggregator;
}

/** A code for vectors of `float32`. */
export interface Codec {
  readonly name: string;
  /** The bits of a coded vector. */
  readonly bits: (size: number) => number;
  /** The vector as it is decoded; `seed` is the client's own. */
  readonly decoded: (x: Output, seed: Output) => Output;
}

/** Bits of a number in `float32`. */
export const FLOAT_BITS = 32;

export class Compression extends Aggregator {
  readonly weighted: boolean;
  readonly #codec: Codec;
  readonly #inner: Aggregator;

  constructor(codec: Codec, inner: Aggregator | undefined) {
    super();
    this.#codec = codec;
    this.#inner = checkAggregator('inner', inner ?? mean());
    this.weighted = this.#inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const { name, bits, decoded } = this.#codec;
    checkFloating(name, specs);
    const sizes = staticShapes(name, specs).map(sizeOf);
    const bitsPerClient = sizes.reduce((total, size) => total + bits(size), 0);
    const inner = this.#inner.parts(specs);
    type State = { readonly inner: Tree<Output>; readonly totalBits: Output };
    return {
      ...inner,
      initialize: (graph) => ({ inner: inner.initialize(graph), totalBits: graph.constant(0, 'int64') }),
      client: (state, value, weight, random) => {
        const [own, rest] = split(random, 2) as [Randomness, Randomness];
        const seeds = splitSeed(own.seed, sizes.length);
        const received = flatten(value).map((x, i) => {
          const vector = decoded(cast(reshape(x, [-1]), 'float32'), seeds[i] as Output);
          return cast(reshape(vector, x.shape as number[]), x.dtype);
        });
        return inner.client((state as State).inner, unflatten(value, received), weight, rest);
      },
      server: (state, combined) => {
        const own = state as State;
        const step = inner.server(own.inner, combined);
        const numBits = mul(cast(combined.count, 'int64'), bitsPerClient);
        const totalBits = add(own.totalBits, numBits);
        return {
          state: { inner: step.state, totalBits },
          result: step.result,
          measurements: { compression: step.measurements, numBits, totalBits },
        };
      },
    };
  }
}
