/**
 * Random rotations: a value's energy is spread over all coordinates before it is clipped or quantised, and gathered again afterwards.
 *
 * Suresh et al., "Distributed mean estimation with limited communication", ICML 2017, https://arxiv.org/abs/1611.00429.
 */
import type { DType } from '../dtype.js';
import type { Output } from '../graph/graph.js';
import { pad, reshape, slice, stack } from '../graph/ops/array.js';
import { add, cast } from '../graph/ops/math.js';
import { sizeOf } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { checkInteger, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkAggregator } from './aggregator.js';
import { checkFloating } from './norms.js';
import { splitSeed } from './randomness.js';
import { staticShapes } from './static-shapes.js';
import { sum } from './sum.js';

export interface RotationOptions {
  /** What the rotated value is given to; `sum()` by default. */
  readonly inner?: Aggregator;
  /** Rotations one after another, at least 1 (default). */
  readonly numRepeats?: number;
  /** Decides the rotations, with the round; 0 by default. */
  readonly seed?: number;
}

/** A linear map of vectors that keeps their length, random by its seed, and its inverse. */
export interface Rotation {
  readonly name: string;
  /** The length that vectors of `size` are padded to. */
  readonly paddedSize: (size: number) => number;
  readonly forward: (x: Output, seed: Output) => Output;
  readonly inverse: (x: Output, seed: Output) => Output;
}

/** The element type that a leaf is rotated in. */
const rotatedType = (dtype: DType): DType => (dtype === 'float64' ? 'float64' : 'float32');

/** A leaf as a vector, rotated; and back. */
export function rotate(rotation: Rotation, x: Output, seeds: readonly Output[]): Output {
  const size = sizeOf(x.shape as number[]);
  const flat = cast(reshape(x, [-1]), rotatedType(x.dtype));
  return seeds.reduce((y, seed) => rotation.forward(y, seed), pad(flat, [[0, rotation.paddedSize(size) - size]]));
}

export function rotateBack(rotation: Rotation, x: Output, seeds: readonly Output[], { shape, dtype }: TensorSpec): Output {
  const flat = seeds.reduceRight((y, seed) => rotation.inverse(y, seed), x);
  return cast(reshape(slice(flat, [0], [sizeOf(shape as number[])]), shape as number[]), dtype);
}

export class Rotated extends Aggregator {
  readonly weighted: boolean;
  readonly #rotation: Rotation;
  readonly #inner: Aggregator;
  readonly #numRepeats: number;
  readonly #seed: number;

  constructor(rotation: Rotation, options: RotationOptions) {
    super();
    checkOptions(`options of ${rotation.name}`, options, ['inner', 'numRepeats', 'seed']);
    this.#rotation = rotation;
    this.#inner = checkAggregator('inner', options.inner ?? sum());
    this.#numRepeats = checkInteger('numRepeats', options.numRepeats ?? 1, { min: 1 });
    this.#seed = checkInteger('seed', options.seed ?? 0);
    this.weighted = this.#inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const rotation = this.#rotation;
    checkFloating(rotation.name, specs);
    const sizes = staticShapes(rotation.name, specs).map((shape) => rotation.paddedSize(sizeOf(shape)));
    const leaves = flatten(specs);
    const rotated = unflatten(
      specs,
      leaves.map(({ dtype }, i) => tensorSpec([sizes[i] as number], rotatedType(dtype)) as TensorSpec),
    );
    const inner = this.#inner.parts(rotated);
    type State = { readonly round: Output; readonly inner: Tree<Output> };
    // All clients of a round rotate alike, and the server back.
    const seedsOf = ({ round }: State): Output[][] => {
      const seeds = splitSeed(stack([round.graph.constant(this.#seed, 'int64'), round]), leaves.length * this.#numRepeats);
      return leaves.map((_, i) => seeds.slice(i * this.#numRepeats, (i + 1) * this.#numRepeats));
    };
    const each = (
      tree: Tree<Output>,
      state: State,
      fn: (x: Output, seeds: readonly Output[], spec: TensorSpec) => Output,
    ): Tree<Output> => {
      const seeds = seedsOf(state);
      return unflatten(
        specs,
        flatten(tree).map((x, i) => fn(x, seeds[i] as Output[], leaves[i] as TensorSpec)),
      );
    };
    return {
      ...inner,
      initialize: (graph) => ({ round: graph.constant(0, 'int64'), inner: inner.initialize(graph) }),
      client: (state, value, weight, random) => {
        const own = state as State;
        return inner.client(
          own.inner,
          each(value, own, (x, seeds) => rotate(rotation, x, seeds)),
          weight,
          random,
        );
      },
      server: (state, combined) => {
        const own = state as State;
        const step = inner.server(own.inner, combined);
        const result = each(step.result, own, (x, seeds, spec) => rotateBack(rotation, x, seeds, spec));
        return { state: { round: add(own.round, 1), inner: step.state }, result, measurements: step.measurements };
      },
    };
  }
}
