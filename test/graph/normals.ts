/** Numbers to test with. */
import { Random } from '../../src/random.js';
import { type Tensor, tensor } from '../../src/tensor.js';

/** Standard normal values of a shape, the same for the same seed. */
export function normals(shape: readonly number[], seed: number): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
    'float32',
  );
}
