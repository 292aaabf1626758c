/**
 * Adafactor's rule, which Keras's and TFF's optimizers share: the mean square of a matrix is kept as one value per row and one per column.
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018, https://arxiv.org/abs/1804.04235.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { add, div, maximum, mul, sqrt, square, sub } from '../../graph/ops/math.js';
import { mean } from '../../graph/ops/reduce.js';
import { type TensorSpec, tensorSpec } from '../../tensor-spec.js';
import { towards } from './moments.js';
import { filled } from './optimizer.js';
import type { WeightUpdate } from './weightwise-optimizer.js';

/** Mean squares per row `[…, rows]`, per column `[…, columns]` (both `[0]` below two axes), and of every element. */
export type FactoredSlots = Record<'r' | 'c' | 'v', Output>;

/** `rate` is the relative step size `ρ`, `gain` is `1 − β₂` at this step. */
export type AdafactorScalars = Record<'rate' | 'gain' | 'epsilon1' | 'epsilon2' | 'clipThreshold', Output>;

export function factoredSlots(graph: Graph, spec: TensorSpec): FactoredSlots {
  const { shape, dtype } = spec;
  const factored = shape.length >= 2;
  return {
    r: filled(graph, tensorSpec(factored ? shape.slice(0, -1) : [0], dtype)),
    c: filled(graph, tensorSpec(factored ? [...shape.slice(0, -2), ...shape.slice(-1)] : [0], dtype)),
    v: filled(graph, spec),
  };
}

const rms = (x: Output): Output => sqrt(mean(square(x)));

/** One weight's step: `w ← w − max(epsilon2, rms(w)) · rate · u / max(1, rms(u) / clipThreshold)` with `u = g / √v`. */
export function adafactorUpdate(w: Output, g: Output, slots: FactoredSlots, scalars: AdafactorScalars): WeightUpdate<FactoredSlots> {
  const { rate, gain, epsilon1, epsilon2, clipThreshold } = scalars;
  const squared = add(square(g), epsilon1);
  let { r, c, v } = slots;
  if (w.rank < 2) v = towards(v, squared, gain);
  else {
    r = towards(r, mean(squared, w.rank - 1), gain);
    c = towards(c, mean(squared, w.rank - 2), gain);
    v = mul(expandDims(div(r, mean(r, r.rank - 1, true)), -1), expandDims(c, -2));
  }
  const u = div(g, sqrt(v));
  const step = mul(maximum(epsilon2, rms(w)), rate);
  return { weight: sub(w, mul(u, div(step, maximum(1, div(rms(u), clipThreshold))))), slots: { r, c, v } };
}
