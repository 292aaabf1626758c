/** Stateless random numbers: a function of a seed only, so that results do not depend on threads or on the order of clients. */
import type { DType } from '../../dtype.js';
import { dtypeNumber } from '../../dtype.js';
import type { Output } from '../graph.js';
import { type Size, sizes } from './array.js';
import { constantLike, op } from './core.js';

/** Uniform in `[0, 1)`; `seed` is an `int64` or `int32` vector of two. */
export const randomUniform = (seed: Output, shape: readonly Size[] | Output, dtype: DType = 'float32'): Output =>
  op('StatelessRandomUniform', [shapeInput(seed, shape), seed], { dtype: dtypeNumber(dtype) });

/** Mean 0, standard deviation 1. */
export const randomNormal = (seed: Output, shape: readonly Size[] | Output, dtype: DType = 'float32'): Output =>
  op('StatelessRandomNormal', [shapeInput(seed, shape), seed], { dtype: dtypeNumber(dtype) });

/** Gamma distributed with the given shape parameter, above 0, and scale 1. */
export const randomGamma = (seed: Output, shape: readonly Size[] | Output, alpha: number): Output =>
  op('StatelessRandomGammaV2', [shapeInput(seed, shape), seed, constantLike(seed, alpha, 'float32')]);

/** Any `int32` or `int64`. */
export const randomBits = (seed: Output, shape: readonly Size[] | Output, dtype: 'int32' | 'int64' = 'int32'): Output =>
  op('StatelessRandomUniformFullInt', [shapeInput(seed, shape), seed], { dtype: dtypeNumber(dtype) });

/** Whole numbers in `[low, high)`, as `int64`. */
export const randomInteger = (seed: Output, shape: readonly Size[] | Output, low: number, high: number): Output =>
  op('StatelessRandomUniformInt', [
    shapeInput(seed, shape),
    seed,
    ...[low, high].map((bound) => seed.graph.constant(BigInt(bound), 'int64')),
  ]);

const shapeInput = (seed: Output, shape: readonly Size[] | Output): Output =>
  Array.isArray(shape) ? sizes(seed, shape) : (shape as Output);
