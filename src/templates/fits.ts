/** What parts of an algorithm give, checked when the graph is built. */
import { typeError } from '../errors.js';
import { Output } from '../graph/graph.js';
import type { TensorSpec } from '../tensor-spec.js';
import { describe } from '../validate.js';

/**
 * Sizes that are not known before the round are taken to fit.
 *
 * @param part The part that gave the outputs, and `what` they are, for the message.
 * @throws TypeError for outputs of other shapes or element types, or another number of them
 */
export function checkFits(part: string, what: string, specs: readonly TensorSpec[], given: unknown): void {
  const outputs: readonly unknown[] = Array.isArray(given) ? given : [];
  const fits = (output: unknown, spec: TensorSpec): boolean => {
    if (!(output instanceof Output)) return false;
    const sizes = (output.shape ?? spec.shape).map((size, i) => size ?? spec.shape[i] ?? 0);
    return spec.accepts(sizes as number[], output.dtype);
  };
  if (Array.isArray(given) && specs.length === outputs.length && specs.every((spec, i) => fits(outputs[i], spec))) return;
  const text = (o: unknown): string => (o instanceof Output ? String(o) : describe(o));
  const received = Array.isArray(given) ? outputs.map(text).join(', ') || 'none' : describe(given);
  throw typeError(`\`${part}\` must give ${what}, ${specs.join(', ') || 'none'}, received ${received}`);
}
