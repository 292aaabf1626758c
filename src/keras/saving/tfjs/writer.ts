/** Models as tfjs's `model.json`, with the weights in files beside it. */
import { ValueError } from '../../../errors.js';
import type { Layer } from '../../engine/layer.js';
import { Model } from '../../engine/model.js';
import type { Weight } from '../../engine/weight.js';
import { modelConfig } from '../model-config.js';
import { directionless, tfjsConfig } from './config.js';
import type { WeightSpec } from './weights.js';

/** What browsers cache at most of one file. */
const SHARD_BYTES = 4 * 2 ** 20;

/** A model's files by name: `group1-shard1of2.bin` …, and `model.json` last. @throws ValueError for what tfjs does not have */
export function tfjsFiles(model: Model): Map<string, Uint8Array> {
  // It refuses layers of other types than tfjs has.
  const topology = tfjsConfig(modelConfig(model));
  const named = namedWeights(model as unknown as Layer, '');
  const seen = new Set<string>();
  const weights = named.map(([name, weight]): WeightSpec => {
    if (seen.has(name))
      throw new ValueError(`the names of layers must be unique for tfjs, in models in the model too: there are two weights ${name}`);
    seen.add(name);
    return { name, shape: weight.shape, dtype: weight.dtype as WeightSpec['dtype'] };
  });
  const data = Buffer.concat(named.map(([, { value }]) => Buffer.from((value.data as Float32Array).slice().buffer)));
  const count = Math.max(1, Math.ceil(data.length / SHARD_BYTES));
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  const files = new Map(paths.map((path, i) => [path, new Uint8Array(data.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES))]));
  const json = {
    format: 'layers-model',
    generatedBy: 'fedkeras',
    convertedBy: null,
    modelTopology: { ...topology, keras_version: '2.15.0', backend: 'tensorflow' },
    weightsManifest: [{ paths, weights }],
  };
  return files.set('model.json', new TextEncoder().encode(JSON.stringify(json)));
}

/** The name that tfjs gives to one of the two layers that a bidirectional one holds. */
const direction = (layer: Layer, attribute: string): string => {
  const { name } = layer.sublayers.get('forward_layer') as Layer;
  return `${attribute.replace('layer', '')}${directionless(name)}`;
};

/** All weights with the names by which tfjs finds them: those of the layers around them but not of models, then their own. */
function namedWeights(layer: Layer, around: string, name = layer.name): [string, Weight][] {
  const prefix = layer instanceof Model ? around : `${around}${name}/`;
  // Keras 2 has a longer name for the kernels of depthwise convolutions.
  const own = (weight: Weight): string =>
    layer.className === 'DepthwiseConv2D' && weight.name === 'kernel' ? 'depthwise_kernel' : weight.name;
  const inner = [...layer.sublayers].flatMap(([attribute, held]) =>
    [held]
      .flat()
      .flatMap((one) => namedWeights(one as Layer, prefix, layer.className === 'Bidirectional' ? direction(layer, attribute) : undefined)),
  );
  return [...layer.ownWeights.map((weight): [string, Weight] => [`${prefix}${own(weight)}`, weight]), ...inner];
}
