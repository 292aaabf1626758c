/** Layer normalization over the last axis, for which we have an op of our own. */
import type { Output } from '../graph.js';
import { op } from './core.js';

/**
 * `(x - mean) / sqrt(variance + epsilon) · gamma + beta`, mean and variance of each row, `[…, size]`, in `float32`.
 *
 * @param gamma `[size]`.
 * @param beta `[size]`.
 */
export const ownLayerNormalization = (x: Output, gamma: Output, beta: Output, epsilon: number): Output =>
  op('FedkerasLayerNormalization', [x, gamma, beta, x.graph.constant(epsilon, 'float32')]);
