/** What a user's own sampling has drawn. */
import { mustBe, mustHold } from '../validate.js';

/**
 * A copy of a sample: what its sampling does with the list later changes nothing.
 *
 * @param name Of the sample, for messages.
 * @param what It has, such as `names of clients`.
 * @param check Throws for what cannot be in it.
 * @throws TypeError for no list, ValueError for another number of values than was asked for
 */
export function checkedSample<T>(
  name: string,
  sample: unknown,
  size: number,
  what: string,
  check: (name: string, value: unknown) => T,
): T[] {
  if (!Array.isArray(sample)) throw mustBe(name, `a list of ${what}`, sample);
  if (sample.length !== size) throw mustHold(name, `${size} ${what}`, sample);
  return Array.from(sample, (value: unknown, i) => check(`${name}[${i}]`, value));
}
