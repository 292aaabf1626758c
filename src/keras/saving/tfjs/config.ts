/**
 * Models' configs as tfjs reads them: Keras 2's form, for the layers and options that tfjs has.
 *
 * tfjs drops options that it does not know, so what would change the result is refused here.
 */
import { ValueError } from '../../../errors.js';
import { isDictionary } from '../../../tree.js';
import { describe } from '../../../validate.js';
import type { History } from '../../engine/model-config.js';
import { camelCase } from '../../serialization/names.js';
import type { KerasConfig } from '../../serialization/registry.js';

type Json = Readonly<Record<string, unknown>>;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const LAYERS = new Set(
  words(`
    InputLayer Dense Activation Dropout SpatialDropout1D GaussianNoise GaussianDropout AlphaDropout Flatten Reshape Permute RepeatVector Masking
    Embedding TimeDistributed Bidirectional Add Multiply Average Maximum Minimum Concatenate Dot Conv1D Conv2D Conv3D Conv2DTranspose
    Conv3DTranspose SeparableConv2D DepthwiseConv2D ConvLSTM2D Cropping2D UpSampling2D ZeroPadding2D BatchNormalization LayerNormalization
    MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalMaxPooling1D GlobalMaxPooling2D RNN SimpleRNN SimpleRNNCell GRU GRUCell LSTM LSTMCell StackedRNNCells ReLU LeakyReLU PReLU ELU Softmax
    Rescaling Resizing CategoryEncoding
  `),
);

// It says something of masked steps alone.
const RECURRENT = { zero_output_for_mask: false };

/** Options that tfjs does not have, with the values that mean what it does. */
const FIXED: Readonly<Record<string, Json>> = {
  Conv1D: { groups: 1 },
  Conv2D: { groups: 1 },
  Conv3D: { groups: 1 },
  GRU: { ...RECURRENT, reset_after: false },
  GRUCell: { reset_after: false },
  LSTM: RECURRENT,
  SimpleRNN: RECURRENT,
  RNN: RECURRENT,
  ConvLSTM2D: RECURRENT,
  LayerNormalization: { rms_scaling: false },
  ReLU: { negative_slope: 0, threshold: 0 },
  ELU: { alpha: 1 },
  Resizing: { crop_to_aspect_ratio: false, pad_to_aspect_ratio: false },
};

const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  LeakyReLU: { negative_slope: 'alpha' },
  InputLayer: { batch_shape: 'batch_input_shape' },
};

const ACTIVATIONS = new Set(words('elu selu relu relu6 linear sigmoid softplus softsign tanh softmax log_softmax gelu mish'));
const OTHER_ACTIVATIONS: Readonly<Record<string, string>> = { silu: 'swish' };

const INITIALIZERS = new Set(
  words(`
    Zeros Ones Constant RandomUniform RandomNormal TruncatedNormal Identity VarianceScaling GlorotUniform GlorotNormal HeNormal HeUniform
    LecunNormal LecunUniform Orthogonal
  `),
);

/**
 * A model's config, given in Keras 3's form.
 *
 * @throws ValueError naming the layer, for one that tfjs does not have or that computes something else there
 */
export function tfjsConfig(config: KerasConfig, masked = usesMasks(config)): KerasConfig {
  const { name, layers, input_layers: inputs, output_layers: outputs } = config.config;
  const configs = layers as readonly Json[];
  if (config.class_name === 'Sequential')
    return { class_name: 'Sequential', config: { name, layers: configs.map((c) => layerConfig(c, masked)) } };
  const models = new Map(configs.filter(isModel).map((c) => [c.name as string, c.class_name as string]));
  // A model in the model counts a node of its own, which Keras 3 counts for functional ones among inputs and outputs alone.
  const inside = ([from, node, index]: History): History => [from, models.has(from) ? node + 1 : node, index];
  const end = ([from, node, index]: History): History => [from, models.get(from) === 'Sequential' ? node + 1 : node, index];
  return {
    class_name: 'Model',
    config: {
      name,
      layers: configs.map((layer) => ({
        ...layerConfig(layer, masked),
        name: layer.name,
        inbound_nodes: (layer.inbound_nodes as readonly Json[]).map((node) => inboundNode(layer.name as string, node, inside)),
      })),
      input_layers: histories(inputs).map(end),
      output_layers: histories(outputs).map(end),
    },
  };
}

/** Whether some layer says which steps count. */
function usesMasks(config: unknown): boolean {
  if (Array.isArray(config)) return config.some(usesMasks);
  return isDictionary(config) && (config.class_name === 'Masking' || config.mask_zero === true || Object.values(config).some(usesMasks));
}

const isModel = (config: Json): boolean => config.class_name === 'Sequential' || config.class_name === 'Functional';

/** All tensors of a structure in their order, in which tfjs lists them. */
function histories(value: unknown): History[] {
  if (Array.isArray(value)) return typeof value[0] === 'string' ? [value as unknown as History] : value.flatMap(histories);
  if (!isDictionary(value)) return [];
  if (value.class_name === '__keras_tensor__') return [(value.config as { keras_history: History }).keras_history];
  return Object.keys(value)
    .sort()
    .flatMap((key) => histories(value[key]));
}

function inboundNode(layer: string, { args, kwargs }: Json, own: (history: History) => History): unknown[] {
  const [inputs, ...more] = args as unknown[];
  const { training, ...others } = kwargs as Json;
  const named = Object.keys(others);
  if (more.length > 0 || named.length > 0)
    throw refused(layer, `is called with more than its inputs${named.length === 0 ? '' : ` (${named.map(camelCase).join(', ')})`}`);
  return histories(inputs).map((history) => [...own(history), training === undefined ? {} : { training }]);
}

const refused = (layer: string, problem: string): ValueError =>
  new ValueError(`layer \`${layer}\` cannot be written for tfjs: it ${problem}`);

function layerConfig(config: Json, masked: boolean): KerasConfig {
  if (isModel(config)) return tfjsConfig(config as unknown as KerasConfig, masked);
  const { class_name: className, config: options, module } = config as unknown as KerasConfig;
  const name = String(options.name);
  if (!LAYERS.has(className) || String(module).startsWith('keras.src.ops'))
    throw refused(name, `is a ${className}, which tfjs does not have`);
  if (className === 'Bidirectional') return bidirectionalConfig(name, options, masked);
  const fixed = FIXED[className] ?? {};
  const isSaid = (key: string): boolean => masked || !(key in RECURRENT);
  const entries = Object.entries(options).flatMap(([key, value]) => {
    if (key in fixed) {
      if (isSaid(key) && value !== fixed[key])
        throw refused(name, `has the option ${camelCase(key)} ${describe(value)}, which tfjs does not have`);
      return [];
    }
    const written = optionValue(name, key, value, masked);
    return written === undefined ? [] : [[RENAMED[className]?.[key] ?? key, written]];
  });
  return { class_name: className, config: Object.fromEntries(entries) };
}

/** tfjs makes both directions from one layer, and puts `forward_` and `backward_` before its name. */
function bidirectionalConfig(name: string, { layer, backward_layer: backward, ...options }: Json, masked: boolean): KerasConfig {
  const told = (config: unknown): string => {
    const { name: _, go_backwards: __, ...rest } = (config as KerasConfig).config;
    return JSON.stringify(rest);
  };
  if (told(layer) !== told(backward))
    throw refused(name, 'has a backwardLayer with other options than its layer, which tfjs does not have');
  const { class_name: className, config } = layerConfig(layer as Json, masked);
  const own = { class_name: className, config: { ...config, name: directionless(config.name as string) } };
  const rest = Object.entries(options).map(([key, value]) => [key, optionValue(name, key, value, masked)]);
  return { class_name: 'Bidirectional', config: { ...Object.fromEntries(rest), layer: own } };
}

/** The name of a direction's layer without the direction, which Keras puts before it. */
export const directionless = (name: string): string => name.replace(/^forward_/, '');

/** An option in tfjs's form; `undefined` where it is left out, since tfjs's default does as well. */
function optionValue(layer: string, key: string, value: unknown, masked: boolean): unknown {
  if (key === 'dtype') {
    if (value !== 'float32' && value !== 'int32' && value !== 'string' && value !== 'bool')
      throw refused(layer, `has the dtype ${isDictionary(value) ? describe((value.config as Json).name) : describe(value)}`);
    return value;
  }
  if (/^(recurrent_)?activation$/.test(key)) return activationName(layer, value);
  if (isDictionary(value) && typeof value.class_name === 'string') return objectConfig(layer, key, value as unknown as KerasConfig, masked);
  if (key === 'cells') return (value as readonly Json[]).map((cell) => layerConfig(cell, masked));
  if (value === 'causal') throw refused(layer, 'has causal padding, which tfjs does not have');
  return value;
}

function activationName(layer: string, value: unknown): string {
  const name = isDictionary(value) && isDictionary(value.config) ? value.config.name : value;
  if (name === 'hard_sigmoid_keras2') return 'hard_sigmoid';
  const known = OTHER_ACTIVATIONS[name as string] ?? name;
  if (typeof known === 'string' && (ACTIVATIONS.has(known) || known === 'swish')) return known;
  throw refused(layer, `has the activation ${describe(name)}, which tfjs does not have or computes otherwise`);
}

/** A layer, a regularizer, a constraint or an initializer as an option; `undefined` where it is left out. */
function objectConfig(layer: string, key: string, value: KerasConfig, masked: boolean): KerasConfig | undefined {
  const { class_name: className, config } = value;
  if (key === 'layer' || key === 'cell') return layerConfig(value as unknown as Json, masked);
  // Weights have their values already; how they would be made is kept where tfjs can say it.
  if (key.endsWith('initializer'))
    return INITIALIZERS.has(className) ? { class_name: className.replace('Lecun', 'LeCun'), config } : undefined;
  // tfjs would apply constraints to the weights as it reads them; Keras does after a step of training alone.
  if (key.endsWith('constraint')) return undefined;
  if (/^(?!activity).*regularizer$/.test(key) && /^(L1|L2|L1L2)$/.test(className))
    return { class_name: 'L1L2', config: { l1: 0, l2: 0, ...config } };
  throw refused(layer, `has the ${camelCase(key)} ${className}, which tfjs cannot use`);
}
