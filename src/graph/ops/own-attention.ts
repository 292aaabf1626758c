/** Attention of several heads, for which we have an op of our own. */
import type { Output } from '../graph.js';
import { op } from './core.js';

/**
 * `softmax(queries · keysᵀ + added) · values` in each head, `[batch, steps, heads, width]`, in `float32`.
 *
 * @param queries `[batch, steps, heads, depth]`, scaled.
 * @param keys `[batch, places, heads, depth]`.
 * @param values `[batch, places, heads, width]`.
 * @param added What the scores are raised by, such as very negative numbers where places are hidden; broadcasts to `[batch, heads, steps, places]`, and has no gradient.
 */
export const ownAttention = (queries: Output, keys: Output, values: Output, added: Output): Output =>
  op('FedkerasAttention', [queries, keys, values, added]);
