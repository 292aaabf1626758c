/** Hyper-parameters: scalars by name, at the top of an optimizer's state. */
import { type Tensor, tensor } from '../../tensor.js';
import { checkNumber, mustBe } from '../../validate.js';

/** Hyper-parameters by name; as tensors and graph outputs they are `float32` scalars. */
export type Hparams<T> = Readonly<Record<string, T>>;

/** Hyper-parameters as tensors. */
export const hparamTensors = (hparams: Hparams<number>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(hparams).map(([name, value]) => [name, tensor(value, [], 'float32')]));

/** The hyper-parameters of a state as numbers. */
export const hparamsOf = (names: readonly string[], state: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, Number((state[name] as Tensor).data[0])]));

/** A state with other hyper-parameters. @throws TypeError for an unknown name or no number */
export function withHparams<S extends Readonly<Record<string, unknown>>>(
  names: readonly string[],
  state: S,
  hparams: Readonly<Record<string, unknown>>,
): S {
  for (const [name, value] of Object.entries(hparams)) {
    if (!names.includes(name))
      throw mustBe(
        'hparams',
        `a dictionary of ${names.length === 0 ? 'nothing: there are no hyper-parameters' : names.join(', ')}`,
        hparams,
      );
    checkNumber(`hparams.${name}`, value);
  }
  return { ...state, ...hparamTensors(hparams as Record<string, number>) };
}
