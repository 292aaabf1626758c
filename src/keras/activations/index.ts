/** Activations as options: a name, a Keras config, or a function of one's own. */

import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { isDictionary } from '../../tree.js';
import { mustBe } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';
import { canonical } from '../serialization/names.js';
import { ACTIVATIONS, type ActivationFunction } from './activations.js';

export type { ActivationFunction } from './activations.js';

/** An activation that a layer holds: its function and, unless it is the user's own, Keras's name. */
export interface Activation {
  readonly name: string | null;
  readonly apply: ActivationFunction;
}

const ALIASES: Readonly<Record<string, string>> = { swish: 'silu', hardswish: 'hard_silu' };
const BY_NAME = new Map(Object.entries(ACTIVATIONS).map(([name, apply]): [string, Activation] => [canonical(name), { name, apply }]));

/** The activation of a name, a config or a function. @throws TypeError, ValueError for an unknown name */
export function getActivation(value: unknown, name = 'activation'): Activation {
  if (typeof value === 'function') return { name: null, apply: value as (x: Output) => Output };
  // Keras writes functions as a name, or as { class_name: 'function', config: name }.
  const key = isDictionary(value) && typeof value.config === 'string' ? value.config : value;
  if (typeof key !== 'string') throw mustBe(name, 'the name of an activation or a function', value);
  const known = BY_NAME.get(canonical(ALIASES[canonical(key)] ?? key));
  if (known === undefined)
    throw new ValueError(`\`${name}\` names an unknown activation ${JSON.stringify(key)}; known: ${Object.keys(ACTIVATIONS).join(', ')}`);
  return known;
}

/** An activation's name or a graph function; `linear` by default, `null` means the same. */
export const activation = (fallback = 'linear'): Field<string | ActivationFunction | null, Activation, false> =>
  field<string | ActivationFunction | null, Activation>(
    (name, value) => getActivation(value ?? 'linear', name),
    (value) => {
      if (value.name === null)
        throw new ValueError('a layer whose activation is a function of its own cannot be written to a file: give the activation by name');
      return value.name;
    },
    fallback,
  );
