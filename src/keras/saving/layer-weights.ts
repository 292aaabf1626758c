/**
 * Where Keras keeps a layer's weights in a `.weights.h5` file.
 *
 * A layer's own weights are `vars/0`, `vars/1` … in its group; layers that it holds are groups by the attribute's name. Lists of layers are
 * groups by the snake-cased class name, numbered where it comes again: `layers/dense`, `layers/dense_1`. (`_save_state` and
 * `_save_container_state` in keras/src/saving/saving_lib.py.) Keras 2.14 called a model's list `_layer_checkpoint_dependencies`.
 */
import { arrayClass, type DType, type NumericDType } from '../../dtype.js';
import { FileFormatError } from '../../errors.js';
import { Tensor } from '../../tensor.js';
import type { Layer } from '../engine/layer.js';
import { Model } from '../engine/model.js';
import type { Weight } from '../engine/weight.js';
import { defaultName } from '../serialization/names.js';
import type { ArrayValue } from './array-value.js';
import type { Hdf5Content, Hdf5Group } from './hdf5/index.js';

const LISTS = ['layers', '_layer_checkpoint_dependencies'];

/** The names of a list's members in Keras's files. */
function listNames(layers: readonly Layer[]): string[] {
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    const name = defaultName(layer.className);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

/** Whole numbers are kept exactly, or not at all. */
const isInteger = (dtype: DType): boolean => /^u?int/.test(dtype) || dtype === 'bool';

/** A value for a weight. @throws FileFormatError for another shape or kind of numbers */
export function weightValue(file: string, weight: Weight, { dtype, shape, data }: ArrayValue): Tensor {
  if (shape.length !== weight.shape.length || shape.some((s, i) => s !== weight.shape[i]))
    throw new FileFormatError(
      file,
      `the weight \`${weight.path}\` must have the shape [${weight.shape.join(', ')}], and has [${shape.join(', ')}] in the file`,
    );
  if (dtype === weight.dtype) return new Tensor(dtype, shape, data);
  if (dtype === 'string' || weight.dtype === 'string' || (isInteger(weight.dtype) && !isInteger(dtype)))
    throw new FileFormatError(file, `the weight \`${weight.path}\` must be ${weight.dtype}, and is ${dtype} in the file`);
  const converted = new (arrayClass(weight.dtype as NumericDType))(data.length) as unknown as { [i: number]: number | bigint };
  const wide = weight.dtype === 'int64' || weight.dtype === 'uint64';
  for (let i = 0; i < data.length; i++) converted[i] = wide ? BigInt(data[i] as number) : Number(data[i]);
  return new Tensor(weight.dtype as DType, shape, converted as never);
}

/** The values of all weights of a layer, from its group. @throws FileFormatError for one that is missing or does not fit */
export function readLayerWeights(file: string, layer: Layer, group: Hdf5Group | undefined): Map<Weight, Tensor> {
  const values = new Map<Weight, Tensor>();
  const visit = (current: Layer, at: Hdf5Group | undefined, path: string): void => {
    current.ownWeights.forEach((weight, i) => {
      const dataset = at?.dataset(`vars/${i}`);
      if (dataset === undefined)
        throw new FileFormatError(file, `the weight \`${weight.path}\` is missing: there is no ${path}vars/${i} in the weights`);
      values.set(weight, weightValue(file, weight, dataset.read()));
    });
    for (const [attribute, held] of current.sublayers) {
      if (!Array.isArray(held)) {
        visit(held as Layer, at?.group(attribute), `${path}${attribute}/`);
        continue;
      }
      const list = current instanceof Model ? (LISTS.find((name) => at?.group(name) !== undefined) ?? attribute) : attribute;
      listNames(held).forEach((name, i) => visit(held[i] as Layer, at?.group(`${list}/${name}`), `${path}${list}/${name}/`));
    }
  };
  visit(layer, group, '');
  return values;
}

/** A layer's weights as the content of an HDF5 group. */
export function layerContent(layer: Layer): Hdf5Content {
  const vars = new Map(layer.ownWeights.map(({ value }, i): [string, ArrayValue] => [String(i), value]));
  const groups = new Map<string, Hdf5Content>([['vars', { datasets: vars }]]);
  for (const [attribute, held] of layer.sublayers) {
    if (!Array.isArray(held)) groups.set(attribute, layerContent(held as Layer));
    else
      groups.set(attribute, {
        groups: new Map(listNames(held).map((name, i): [string, Hdf5Content] => [name, layerContent(held[i] as Layer)])),
      });
  }
  return { groups };
}
