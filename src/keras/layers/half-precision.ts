/** What layers of normalisation do with 16-bit floats, whose sums overflow or lose all digits: they compute in `float32`, as in Keras. */
import type { Output } from '../../graph/graph.js';
import { cast } from '../../graph/ops/math.js';

/** At least `float32`. */
export const widened = (x: Output): Output => (x.dtype === 'float16' || x.dtype === 'bfloat16' ? cast(x, 'float32') : x);
