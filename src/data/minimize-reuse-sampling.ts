/** Which clients take part in a round, each as long after its last time as can be (`MinimizeReuseUserSampler` of pfl-research). */
import { checkInteger, mustBe, mustHold } from '../validate.js';
import type { UniformSampling } from './uniform-sampling.js';

/**
 * Samples that go through all values before one comes again: `minimizeReuseSampling(clients.ids)(round, 10)`. The values are taken in their
 * order and in a circle, as where a device may take part once a day only; shuffle them before where their order means something.
 *
 * A round's sample follows from its number, where all rounds have the same size: a program that starts again goes on as if it had never stopped.
 *
 * @param sampleRange What is drawn from, such as the names of clients.
 * @throws TypeError for no list.
 */
export function minimizeReuseSampling<T>(sampleRange: readonly T[]): UniformSampling<T> {
  if (!Array.isArray(sampleRange)) throw mustBe('sampleRange', 'a list', sampleRange);
  const values: readonly T[] = [...sampleRange];
  return (round, size) => {
    checkInteger('round', round, { min: 0 });
    checkInteger('size', size, { min: 0 });
    const n = values.length;
    if (size > n) throw mustHold('size', `at most the ${n} values of \`sampleRange\``, size);
    return Array.from({ length: size }, (_, i) => values[(round * size + i) % n] as T);
  };
}
