/** Layers by name, and layers as options of other layers. */
import { mustBe, mustHold } from '../../validate.js';
import { Layer } from '../engine/layer.js';
import { type Field, field } from '../serialization/fields.js';
import { type Identifier, type KerasConfig, Registry, type SerializableClass } from '../serialization/registry.js';

/** Keys of layers' configs that say nothing about what is computed. */
const IGNORED_KEYS = ['build_config', 'batch_input_shape', 'batch_shape', 'autocast', 'lora_rank', 'lora_alpha', 'quantization_config'];

/** Every layer that a config may name; `index.ts` fills it. */
export const layerRegistry = new Registry<Layer>('layer', Layer as never, [], IGNORED_KEYS);

/** A layer, or its config: the option of layers that hold another one. */
export const layerField = (): Field<Identifier<Layer>, Layer, true> =>
  field<Identifier<Layer>, Layer>(
    (name, value) => layerRegistry.get(value, name),
    (layer) => layer.serialize(),
  );

/**
 * Makes a layer of your own known by its class name, so that files and configs can name it.
 *
 * The class extends `keras.Layer`, has `static className` and `static fields`, makes its weights in `build` and adds its ops in `call`. A class
 * that Python registers as `package>Name` has that as `static registeredName`, so that files go both ways.
 *
 * @returns The class.
 * @throws TypeError for something that is no such class, ValueError for the name of a layer of Keras's own.
 */
export function registerLayer<T extends Layer>(cls: SerializableClass<T>): SerializableClass<T> {
  if (typeof cls !== 'function' || !(cls.prototype instanceof Layer)) throw mustBe('cls', 'a class that extends keras.Layer', cls);
  if (typeof cls.className !== 'string' || cls.className === '') throw mustBe('cls.className', 'the name of the layer', cls.className);
  if (typeof cls.fields !== 'object' || cls.fields === null)
    throw mustBe('cls.fields', 'the options of the layer, `{}` for none', cls.fields);
  const known = layerRegistry.find(cls.className);
  if (known !== undefined && builtIn.has(known)) throw mustHold('cls.className', "no name of a layer of Keras's own", cls.className);
  layerRegistry.register(cls as unknown as SerializableClass<Layer>);
  return cls;
}

const builtIn = new Set<SerializableClass<Layer>>();

/**
 * The class of a layer's config in a file, or `undefined` where none is known. Python's modules and registered names are looked at, so that
 * a class of somebody's own is never taken for the one of Keras that has the same name.
 */
export function layerClass({
  class_name: className,
  module,
  registered_name: registered,
}: KerasConfig): SerializableClass<Layer> | undefined {
  const isRegistered = typeof registered === 'string' && registered.includes('>');
  const cls = (isRegistered ? layerRegistry.find(registered) : undefined) ?? layerRegistry.find(className);
  const isForeign = isRegistered || (typeof module === 'string' && !/^(tf_|tensorflow\.)?keras(\.|$)/.test(module));
  return cls !== undefined && isForeign && builtIn.has(cls) ? undefined : cls;
}

/** Registers layers of Keras's own, whose names cannot be taken. @internal */
export function registerBuiltIn(classes: readonly SerializableClass<Layer>[]): void {
  for (const cls of classes) {
    layerRegistry.register(cls);
    builtIn.add(cls);
  }
}
