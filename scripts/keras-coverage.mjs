// Writes docs/keras-coverage.md: what of Keras there is, from the package's registries. Run `npm run build` before.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** All classes and functions of Keras 3.15 by module, each with its other names. */
const KERAS = {
  layers: `Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
    AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D=AvgPool1D
    AveragePooling2D=AvgPool2D AveragePooling3D=AvgPool3D BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate
    ContrastLimitedAdaptiveHistogramEqualization Conv1D=Convolution1D Conv1DTranspose=Convolution1DTranspose Conv2D=Convolution2D
    Conv2DTranspose=Convolution2DTranspose Conv3D=Convolution3D Conv3DTranspose=Convolution3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D
    Cropping1D Cropping2D Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding
    Equalization Flatten FlaxLayer GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D=GlobalAvgPool1D
    GlobalAveragePooling2D=GlobalAvgPool2D GlobalAveragePooling3D=GlobalAvgPool3D GlobalMaxPooling1D=GlobalMaxPool1D
    GlobalMaxPooling2D=GlobalMaxPool2D GlobalMaxPooling3D=GlobalMaxPool3D GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity
    InputLayer InputSpec IntegerLookup JaxLayer LSTM LSTMCell Lambda Layer LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes
    MaxPooling1D=MaxPool1D MaxPooling2D=MaxPool2D MaxPooling3D=MaxPool3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply
    Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
    RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert
    RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU
    RepeatVector Rescaling Reshape Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D=SeparableConvolution1D
    SeparableConv2D=SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D
    SpectralNormalization StackedRNNCells StringLookup Subtract TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper
    UnitNormalization UpSampling1D UpSampling2D UpSampling3D Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D`,
  losses: `BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy
    CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError
    MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky`,
  metrics: `AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy CategoricalHinge
    ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives Hinge IoU KLDivergence LogCoshError Mean
    MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError MeanSquaredLogarithmicError Metric OneHotIoU
    OneHotMeanIoU PearsonCorrelation Poisson Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError
    SensitivityAtSpecificity SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpecificityAtSensitivity
    SquaredHinge Sum TopKCategoricalAccuracy TrueNegatives TruePositives`,
  optimizers: `Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer MultiOptimizer Muon Nadam Optimizer OptimizerMap
    RMSprop SGD ScheduleFreeAdamW`,
  'optimizers.schedules': `CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay LearningRateSchedule PiecewiseConstantDecay
    PolynomialDecay`,
  initializers: `Constant=constant GlorotNormal=glorot_normal GlorotUniform=glorot_uniform HeNormal=he_normal HeUniform=he_uniform
    Identity=IdentityInitializer=identity Initializer LecunNormal=lecun_normal LecunUniform=lecun_uniform Ones=ones
    Orthogonal=OrthogonalInitializer=orthogonal RandomNormal=random_normal RandomUniform=random_uniform STFT=STFTInitializer=stft
    TruncatedNormal=truncated_normal VarianceScaling=variance_scaling Zeros=zeros`,
  regularizers: 'L1=l1 L1L2=l1_l2 L2=l2 OrthogonalRegularizer=orthogonal_regularizer Regularizer',
  constraints: 'Constraint MaxNorm=max_norm MinMaxNorm=min_max_norm NonNeg=non_neg UnitNorm=unit_norm',
  activations: `celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu=hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax
    mish relu relu6 selu sigmoid silu=swish soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh
    tanh_shrink threshold`,
};

const PYTHON = 'it runs Python code of another framework';

/** Why there is not what there is not. */
const WHY_NOT = {
  layers: {
    CutMix: 'it changes labels together with images, and a layer sees images only',
    FlaxLayer: PYTHON,
    InputSpec: 'it describes inputs for Python layers; here layers say what they need in `build`',
    JaxLayer: PYTHON,
    Lambda: 'its function is Python code; a file with one is refused with the advice to register a layer of that name',
    MaxNumBoundingBoxes: 'it changes bounding boxes, and a layer sees images only',
    MixUp: 'it changes labels together with images, and a layer sees images only',
    TFSMLayer: 'it runs a SavedModel, whose functions cannot be trained here',
    TorchModuleWrapper: PYTHON,
    Wrapper: 'a base class for Python layers: a layer of your own holds others by `track`',
  },
  losses: {},
  metrics: {},
  optimizers: {},
  'optimizers.schedules': {},
  initializers: {},
  regularizers: {},
  constraints: {},
  activations: {},
};

/** What stands for a class of Keras where that is not a factory of the same name. */
const INSTEAD = {
  InputLayer: 'keras.input',
  Layer: 'keras.Layer',
  MeanMetricWrapper: 'keras.metrics.meanOf',
  OptimizerMap: 'keras.optimizers.optimizerMap',
};

const canonical = (name) => name.replaceAll('_', '').toLowerCase();

/** The classes or functions of a module that files can name. */
function registered(keras, module) {
  if (module === 'activations') return new Set(Object.keys(keras.activations.ACTIVATIONS).map(canonical));
  const namespace = module.split('.').reduce((inner, part) => inner[part], keras);
  const registry = Object.entries(namespace).find(([name]) => name.endsWith('Registry'))[1];
  return new Set(registry.classes().map((cls) => canonical(cls.className)));
}

/** A table row, or an error where the lists above do not fit the package. */
function row(keras, module, known, names) {
  const [name, ...others] = names.split('=');
  const namespace = module.split('.').reduce((inner, part) => inner[part], keras);
  const factory = Object.keys(namespace).find((key) => canonical(key) === canonical(name));
  const why = WHY_NOT[module][name];
  const here = INSTEAD[name] ?? (factory === undefined ? undefined : `keras.${module}.${factory}`);
  const isThere = known.has(canonical(name)) || typeof namespace[name] === 'function' || name in INSTEAD;
  if (why === undefined && (!isThere || here === undefined)) throw new Error(`keras.${module}.${name} is missing, without a reason`);
  if (why !== undefined && isThere && name !== 'Lambda') throw new Error(`keras.${module}.${name} has a reason not to be there, and is`);
  const title = [name, ...others].map((n) => `\`${n}\``).join(', ');
  return why === undefined ? `| ${title} | yes | \`${here}\` |` : `| ${title} | no | ${why} |`;
}

/** The page, from the package's `keras`. */
export function coveragePage(keras) {
  const sections = Object.entries(KERAS).map(([module, list]) => {
    const known = registered(keras, module);
    const rows = list.split(/\s+/).map((names) => row(keras, module, known, names));
    const count = rows.filter((line) => line.includes(' | yes | ')).length;
    return `## keras.${module}: ${count} of ${rows.length}\n\n| Keras | | here, or why not |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# What of Keras there is\n\nEvery public class of Keras 3.15, and every activation. Written by \`node scripts/keras-coverage.mjs\`; a test compares it with the code.\nA layer that is missing can be [written and registered](own-layers.md).\n\n${sections.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { keras } = await import('../dist/index.js');
  await writeFile(new URL('../docs/keras-coverage.md', import.meta.url), coveragePage(keras));
}
