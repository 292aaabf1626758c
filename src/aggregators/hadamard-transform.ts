/**
 * Random rotation by signs and the Walsh-Hadamard transform (TFF's `HadamardTransformFactory`).
 *
 * Suresh et al., "Distributed mean estimation with limited communication", ICML 2017, https://arxiv.org/abs/1611.00429.
 */
import { arrayClass } from '../dtype.js';
import type { Output } from '../graph/graph.js';
import { reshape, transpose } from '../graph/ops/array.js';
import { less, mul, where } from '../graph/ops/math.js';
import { matMul } from '../graph/ops/nn.js';
import { randomBits } from '../graph/ops/random.js';
import { type Tensor, tensor } from '../tensor.js';
import { Rotated, type Rotation, type RotationOptions } from './rotation.js';

// 64 x 64 matrices keep the number of passes over a large vector small, and fit the cache.
const BLOCK_BITS = 6;

/** The matrix of entries `(-1)^(number of common bits of row and column)`. */
function hadamardMatrix(like: Output, bits: number): Output {
  const n = 1 << bits;
  const entries = new (arrayClass(like.dtype as 'float32' | 'float64'))(n * n);
  for (let i = 0; i < entries.length; i++) entries[i] = parity(Math.floor(i / n) & (i % n)) ? -1 : 1;
  return like.graph.constant(tensor(entries, [n, n]) as Tensor);
}

function parity(value: number): boolean {
  let odd = false;
  for (let rest = value; rest > 0; rest >>= 1) odd = odd !== ((rest & 1) === 1);
  return odd;
}

/** The transform of a vector whose length is a power of 2, scaled to keep its length: its own inverse. */
export function walshHadamard(x: Output): Output {
  const n = (x.shape as number[])[0] as number;
  const bits = Math.log2(n);
  let y = x;
  // Each product transforms the lowest bits of the index, and the transposition makes them the highest: after all bits the order is as before.
  for (let done = 0; done < bits; done += BLOCK_BITS) {
    const block = Math.min(BLOCK_BITS, bits - done);
    y = reshape(transpose(matMul(reshape(y, [n >> block, 1 << block]), hadamardMatrix(x, block)), [1, 0]), [n]);
  }
  return mul(y, 1 / Math.sqrt(n));
}

const signs = (x: Output, seed: Output): Output => {
  const one = x.graph.constant(1, x.dtype);
  return where(less(randomBits(seed, x.shape as number[]), 0), x.graph.constant(-1, x.dtype), one);
};

export const hadamardRotation: Rotation = {
  name: 'hadamardTransform',
  paddedSize: (size) => 2 ** Math.ceil(Math.log2(Math.max(size, 1))),
  forward: (x, seed) => walshHadamard(mul(x, signs(x, seed))),
  inverse: (x, seed) => mul(walshHadamard(x), signs(x, seed)),
};

/** Rotates each leaf, padded with zeros to a power of 2, as another random rotation in every round. @throws TypeError, ValueError */
export const hadamardTransform = (options: RotationOptions = {}): Rotated => new Rotated(hadamardRotation, options);
