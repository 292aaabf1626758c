/** Activations as options: a name, a Keras config, or a function of one's own. */
import { ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { mustBe } from '../../validate.js';
import { type Field, field, named, optionsFromConfig } from '../serialization/fields.js';
import { canonical } from '../serialization/names.js';
import { ACTIVATIONS, type ActivationFunction, elu, hardSigmoidKeras2, leakyRelu, relu, softmax } from './activations.js';

export * from './activations.js';

/** An activation that a layer holds: its function and what Keras writes for it, `null` for a function of the user's own. */
export interface Activation {
  /** Keras's name, where it has one. */
  readonly name: string | null;
  readonly apply: ActivationFunction;
  /** What Keras writes for it, where that is not the name. */
  readonly config?: object;
}

const ALIASES: Readonly<Record<string, string>> = { swish: 'silu', hardswish: 'hard_silu', softmaxv2: 'softmax' };
const BY_NAME = new Map(
  Object.entries(ACTIVATIONS).map(([name, fn]): [string, Activation] => [canonical(name), { name, apply: (x) => fn(x) }]),
);

/**
 * Keras 3 has no name for Keras 2's `hard_sigmoid`, but takes layers as activations: these ones compute it, in Python too, and their name says
 * what they are.
 */
const HARD_SIGMOID_KERAS2 = 'hard_sigmoid_keras2';
const layerConfig = (name: string, config: object): object => ({ module: 'keras.layers', class_name: name, config, registered_name: null });
BY_NAME.set(canonical(HARD_SIGMOID_KERAS2), {
  name: HARD_SIGMOID_KERAS2,
  apply: (x) => hardSigmoidKeras2(x),
  config: {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: HARD_SIGMOID_KERAS2,
      layers: [layerConfig('Rescaling', { scale: 0.2, offset: 0.5 }), layerConfig('ReLU', { max_value: 1 })],
    },
    registered_name: null,
  },
});

/** Activation layers, which Keras takes as activations, too: their options by the layer's class. */
const LAYERS: Readonly<Record<string, (options: never) => ActivationFunction>> = {
  ReLU: (o: { negativeSlope?: number; maxValue?: number | null; threshold?: number }) => (x) => relu(x, o),
  LeakyReLU: (o: { negativeSlope?: number; alpha?: number }) => (x) => leakyRelu(x, { negativeSlope: o.negativeSlope ?? o.alpha ?? 0.3 }),
  ELU: (o: { alpha?: number }) => (x) => elu(x, o),
  Softmax: (o: { axis?: number }) => (x) => softmax(x, o),
};

/** The activation of a name, a config or a function. @throws TypeError, ValueError for an unknown name */
export function getActivation(value: unknown, name = 'activation'): Activation {
  if (typeof value === 'function') return { name: null, apply: value as ActivationFunction };
  if (isDictionary(value)) {
    const layer = named(LAYERS, String(value.class_name));
    if (layer !== undefined && isDictionary(value.config))
      return { name: null, apply: layer(optionsFromConfig(value.config) as never), config: value };
  }
  // Keras writes functions as a name, or as { class_name: 'function', config: name }.
  const key = isDictionary(value)
    ? isDictionary(value.config) && value.class_name === 'Sequential'
      ? value.config.name
      : value.config
    : value;
  if (typeof key !== 'string') throw mustBe(name, 'the name of an activation or a function', value);
  const known = BY_NAME.get(canonical(named(ALIASES, canonical(key)) ?? key));
  if (known === undefined)
    throw new ValueError(`\`${name}\` names an unknown activation ${JSON.stringify(key)}; known: ${Object.keys(ACTIVATIONS).join(', ')}`);
  return known;
}

/** An activation's name or a graph function; `linear` by default, `null` means the same. */
export const activation = (fallback = 'linear'): Field<string | ActivationFunction | object | null, Activation, false> =>
  field<string | ActivationFunction | object | null, Activation>(
    (name, value) => getActivation(value ?? 'linear', name),
    (value) => {
      const written = value.config ?? value.name;
      if (written !== null) return written;
      throw new ValueError('a layer whose activation is a function of its own cannot be written to a file: give the activation by name');
    },
    fallback,
  );
