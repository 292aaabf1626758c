/** All layers: factories for users, classes for files. A layer is added by an export and an entry in the list. */
import { InputLayer } from '../engine/input.js';
import type { Layer } from '../engine/layer.js';
import type { KerasConfig, SerializableClass } from '../serialization/registry.js';
import { Activation } from './activation.js';
import { ActivityRegularization } from './activity-regularization.js';
import {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
} from './adaptive-pooling.js';
import { Add } from './add.js';
import { AdditiveAttention } from './additive-attention.js';
import { AlphaDropout } from './alpha-dropout.js';
import { Attention } from './attention.js';
import { AugMix } from './aug-mix.js';
import { AutoContrast } from './auto-contrast.js';
import { Average } from './average.js';
import { AveragePooling1D } from './average-pooling1d.js';
import { AveragePooling2D } from './average-pooling2d.js';
import { AveragePooling3D } from './average-pooling3d.js';
import { BatchNormalization } from './batch-normalization.js';
import { Bidirectional } from './bidirectional.js';
import { CategoryEncoding } from './category-encoding.js';
import { CenterCrop } from './center-crop.js';
import { Concatenate } from './concatenate.js';
import { ContrastLimitedAdaptiveHistogramEqualization } from './contrast-limited-adaptive-histogram-equalization.js';
import { ConvLSTM1D } from './conv-lstm1d.js';
import { ConvLSTM2D } from './conv-lstm2d.js';
import { ConvLSTM3D } from './conv-lstm3d.js';
import { Conv1D } from './conv1d.js';
import { Conv1DTranspose } from './conv1d-transpose.js';
import { Conv2D } from './conv2d.js';
import { Conv2DTranspose } from './conv2d-transpose.js';
import { Conv3D } from './conv3d.js';
import { Conv3DTranspose } from './conv3d-transpose.js';
import { Cropping1D } from './cropping1d.js';
import { Cropping2D } from './cropping2d.js';
import { Cropping3D } from './cropping3d.js';
import { Dense } from './dense.js';
import { DepthwiseConv1D } from './depthwise-conv1d.js';
import { DepthwiseConv2D } from './depthwise-conv2d.js';
import { Discretization } from './discretization.js';
import { Dot } from './dot.js';
import { Dropout } from './dropout.js';
import { EinsumDense } from './einsum-dense.js';
import { ELU } from './elu.js';
import { Embedding } from './embedding.js';
import { Equalization } from './equalization.js';
import { Flatten } from './flatten.js';
import { GaussianDropout } from './gaussian-dropout.js';
import { GaussianNoise } from './gaussian-noise.js';
import { GlobalAveragePooling1D } from './global-average-pooling1d.js';
import { GlobalAveragePooling2D } from './global-average-pooling2d.js';
import { GlobalAveragePooling3D } from './global-average-pooling3d.js';
import { GlobalMaxPooling1D } from './global-max-pooling1d.js';
import { GlobalMaxPooling2D } from './global-max-pooling2d.js';
import { GlobalMaxPooling3D } from './global-max-pooling3d.js';
import { GroupNormalization } from './group-normalization.js';
import { GroupQueryAttention } from './group-query-attention.js';
import { GRU, GRUCell } from './gru.js';
import { HashedCrossing } from './hashed-crossing.js';
import { Hashing } from './hashing.js';
import { Identity } from './identity.js';
import { IntegerLookup } from './integer-lookup.js';
import { Lambda } from './lambda.js';
import { LayerNormalization } from './layer-normalization.js';
import { layerClass, layerRegistry, registerBuiltIn, registerLayer } from './layer-registry.js';
import { LeakyReLU } from './leaky-relu.js';
import { LSTM, LSTMCell } from './lstm.js';
import { Masking } from './masking.js';
import { MaxPooling1D } from './max-pooling1d.js';
import { MaxPooling2D } from './max-pooling2d.js';
import { MaxPooling3D } from './max-pooling3d.js';
import { Maximum } from './maximum.js';
import { MelSpectrogram } from './mel-spectrogram.js';
import { Minimum } from './minimum.js';
import { MultiHeadAttention } from './multi-head-attention.js';
import { Multiply } from './multiply.js';
import { Normalization } from './normalization.js';
import { Permute } from './permute.js';
import { Pipeline } from './pipeline.js';
import { PReLU } from './prelu.js';
import { RandAugment } from './rand-augment.js';
import { RandomBrightness } from './random-brightness.js';
import { RandomColorDegeneration } from './random-color-degeneration.js';
import { RandomColorJitter } from './random-color-jitter.js';
import { RandomContrast } from './random-contrast.js';
import { RandomCrop } from './random-crop.js';
import { RandomElasticTransform } from './random-elastic-transform.js';
import { RandomErasing } from './random-erasing.js';
import { RandomFlip } from './random-flip.js';
import { RandomGaussianBlur } from './random-gaussian-blur.js';
import { RandomGrayscale } from './random-grayscale.js';
import { RandomHue } from './random-hue.js';
import { RandomInvert } from './random-invert.js';
import { RandomPerspective } from './random-perspective.js';
import { RandomPosterization } from './random-posterization.js';
import { RandomRotation } from './random-rotation.js';
import { RandomSaturation } from './random-saturation.js';
import { RandomSharpness } from './random-sharpness.js';
import { RandomShear } from './random-shear.js';
import { RandomTranslation } from './random-translation.js';
import { RandomZoom } from './random-zoom.js';
import { ReLU } from './relu.js';
import { RepeatVector } from './repeat-vector.js';
import { Rescaling } from './rescaling.js';
import { Reshape } from './reshape.js';
import { Resizing } from './resizing.js';
import { ReversibleEmbedding } from './reversible-embedding.js';
import { RMSNormalization } from './rms-normalization.js';
import { RNN } from './rnn.js';
import { SeparableConv1D } from './separable-conv1d.js';
import { SeparableConv2D } from './separable-conv2d.js';
import { SimpleRNN, SimpleRNNCell } from './simple-rnn.js';
import { Softmax } from './softmax.js';
import { Solarization } from './solarization.js';
import { SpatialDropout1D } from './spatial-dropout1d.js';
import { SpatialDropout2D } from './spatial-dropout2d.js';
import { SpatialDropout3D } from './spatial-dropout3d.js';
import { SpectralNormalization } from './spectral-normalization.js';
import { StackedRNNCells } from './stacked-rnn-cells.js';
import { STFTSpectrogram } from './stft-spectrogram.js';
import { StringLookup } from './string-lookup.js';
import { Subtract } from './subtract.js';
import { TextVectorization } from './text-vectorization.js';
import { TimeDistributed } from './time-distributed.js';
import { UnitNormalization } from './unit-normalization.js';
import { UpSampling1D } from './up-sampling1d.js';
import { UpSampling2D } from './up-sampling2d.js';
import { UpSampling3D } from './up-sampling3d.js';
import { ZeroPadding1D } from './zero-padding1d.js';
import { ZeroPadding2D } from './zero-padding2d.js';
import { ZeroPadding3D } from './zero-padding3d.js';

export { activation } from './activation.js';
export { activityRegularization } from './activity-regularization.js';
export {
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from './adaptive-pooling.js';
export { add } from './add.js';
export { additiveAttention } from './additive-attention.js';
export { alphaDropout } from './alpha-dropout.js';
export { attention } from './attention.js';
export { augMix } from './aug-mix.js';
export { autoContrast } from './auto-contrast.js';
export { average } from './average.js';
export { averagePooling1d } from './average-pooling1d.js';
export { averagePooling2d } from './average-pooling2d.js';
export { averagePooling3d } from './average-pooling3d.js';
export { batchNormalization } from './batch-normalization.js';
export { bidirectional } from './bidirectional.js';
export { categoryEncoding } from './category-encoding.js';
export { centerCrop } from './center-crop.js';
export { concatenate } from './concatenate.js';
export { contrastLimitedAdaptiveHistogramEqualization } from './contrast-limited-adaptive-histogram-equalization.js';
export { convLstm1d } from './conv-lstm1d.js';
export { convLstm2d } from './conv-lstm2d.js';
export { convLstm3d } from './conv-lstm3d.js';
export { conv1d } from './conv1d.js';
export { conv1dTranspose } from './conv1d-transpose.js';
export { conv2d } from './conv2d.js';
export { conv2dTranspose } from './conv2d-transpose.js';
export { conv3d } from './conv3d.js';
export { conv3dTranspose } from './conv3d-transpose.js';
export { cropping1d } from './cropping1d.js';
export { cropping2d } from './cropping2d.js';
export { cropping3d } from './cropping3d.js';
export { dense } from './dense.js';
export { depthwiseConv1d } from './depthwise-conv1d.js';
export { depthwiseConv2d } from './depthwise-conv2d.js';
export { discretization } from './discretization.js';
export { dot } from './dot.js';
export { dropout } from './dropout.js';
export { einsumDense } from './einsum-dense.js';
export { elu } from './elu.js';
export { embedding } from './embedding.js';
export { equalization } from './equalization.js';
export { flatten } from './flatten.js';
export { gaussianDropout } from './gaussian-dropout.js';
export { gaussianNoise } from './gaussian-noise.js';
export { globalAveragePooling1d } from './global-average-pooling1d.js';
export { globalAveragePooling2d } from './global-average-pooling2d.js';
export { globalAveragePooling3d } from './global-average-pooling3d.js';
export { globalMaxPooling1d } from './global-max-pooling1d.js';
export { globalMaxPooling2d } from './global-max-pooling2d.js';
export { globalMaxPooling3d } from './global-max-pooling3d.js';
export { groupNormalization } from './group-normalization.js';
export { groupQueryAttention } from './group-query-attention.js';
export { gru, gruCell } from './gru.js';
export { hashedCrossing } from './hashed-crossing.js';
export { hashing } from './hashing.js';
export { identity } from './identity.js';
export { integerLookup } from './integer-lookup.js';
export { layerNormalization } from './layer-normalization.js';
export { leakyReLU } from './leaky-relu.js';
export { lstm, lstmCell } from './lstm.js';
export { masking } from './masking.js';
export { maxPooling1d } from './max-pooling1d.js';
export { maxPooling2d } from './max-pooling2d.js';
export { maxPooling3d } from './max-pooling3d.js';
export { maximum } from './maximum.js';
export { melSpectrogram } from './mel-spectrogram.js';
export { minimum } from './minimum.js';
export { multiHeadAttention } from './multi-head-attention.js';
export { multiply } from './multiply.js';
export { normalization } from './normalization.js';
export { permute } from './permute.js';
export { pipeline } from './pipeline.js';
export { prelu } from './prelu.js';
export { randAugment } from './rand-augment.js';
export { randomBrightness } from './random-brightness.js';
export { randomColorDegeneration } from './random-color-degeneration.js';
export { randomColorJitter } from './random-color-jitter.js';
export { randomContrast } from './random-contrast.js';
export { randomCrop } from './random-crop.js';
export { randomElasticTransform } from './random-elastic-transform.js';
export { randomErasing } from './random-erasing.js';
export { randomFlip } from './random-flip.js';
export { randomGaussianBlur } from './random-gaussian-blur.js';
export { randomGrayscale } from './random-grayscale.js';
export { randomHue } from './random-hue.js';
export { randomInvert } from './random-invert.js';
export { randomPerspective } from './random-perspective.js';
export { randomPosterization } from './random-posterization.js';
export { randomRotation } from './random-rotation.js';
export { randomSaturation } from './random-saturation.js';
export { randomSharpness } from './random-sharpness.js';
export { randomShear } from './random-shear.js';
export { randomTranslation } from './random-translation.js';
export { randomZoom } from './random-zoom.js';
export { reLU } from './relu.js';
export { repeatVector } from './repeat-vector.js';
export { rescaling } from './rescaling.js';
export { reshape } from './reshape.js';
export { resizing } from './resizing.js';
export { reversibleEmbedding } from './reversible-embedding.js';
export { rmsNormalization } from './rms-normalization.js';
export { rnn } from './rnn.js';
export { separableConv1d } from './separable-conv1d.js';
export { separableConv2d } from './separable-conv2d.js';
export { simpleRNN, simpleRNNCell } from './simple-rnn.js';
export { softmax } from './softmax.js';
export { solarization } from './solarization.js';
export { spatialDropout1d } from './spatial-dropout1d.js';
export { spatialDropout2d } from './spatial-dropout2d.js';
export { spatialDropout3d } from './spatial-dropout3d.js';
export { spectralNormalization } from './spectral-normalization.js';
export { stackedRNNCells } from './stacked-rnn-cells.js';
export { stftSpectrogram } from './stft-spectrogram.js';
export { stringLookup } from './string-lookup.js';
export { subtract } from './subtract.js';
export { textVectorization } from './text-vectorization.js';
export { timeDistributed } from './time-distributed.js';
export { unitNormalization } from './unit-normalization.js';
export { upSampling1d } from './up-sampling1d.js';
export { upSampling2d } from './up-sampling2d.js';
export { upSampling3d } from './up-sampling3d.js';
export { zeroPadding1d } from './zero-padding1d.js';
export { zeroPadding2d } from './zero-padding2d.js';
export { zeroPadding3d } from './zero-padding3d.js';

const CLASSES = [
  InputLayer,
  Activation,
  ActivityRegularization,
  Add,
  AdditiveAttention,
  AlphaDropout,
  Attention,
  AugMix,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  AutoContrast,
  Average,
  BatchNormalization,
  Bidirectional,
  CategoryEncoding,
  Concatenate,
  ContrastLimitedAdaptiveHistogramEqualization,
  Conv1DTranspose,
  Conv1D,
  Conv2DTranspose,
  Conv2D,
  Conv3DTranspose,
  Conv3D,
  ConvLSTM1D,
  ConvLSTM2D,
  ConvLSTM3D,
  Cropping1D,
  Cropping2D,
  Cropping3D,
  Dense,
  DepthwiseConv1D,
  DepthwiseConv2D,
  Discretization,
  Dot,
  Dropout,
  EinsumDense,
  ELU,
  Embedding,
  Equalization,
  Flatten,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  GroupNormalization,
  GRUCell,
  GRU,
  HashedCrossing,
  Hashing,
  Identity,
  IntegerLookup,
  LayerNormalization,
  Lambda,
  LeakyReLU,
  LSTMCell,
  LSTM,
  Masking,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  Maximum,
  MelSpectrogram,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Normalization,
  Permute,
  Pipeline,
  PReLU,
  RandAugment,
  RandomFlip,
  ReLU,
  RepeatVector,
  Rescaling,
  Reshape,
  Resizing,
  RMSNormalization,
  RNN,
  SeparableConv1D,
  SeparableConv2D,
  SimpleRNNCell,
  SimpleRNN,
  Softmax,
  Solarization,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  SpectralNormalization,
  StackedRNNCells,
  STFTSpectrogram,
  StringLookup,
  Subtract,
  TextVectorization,
  TimeDistributed,
  UnitNormalization,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  CenterCrop,
  GroupQueryAttention,
  RandomBrightness,
  RandomColorDegeneration,
  RandomColorJitter,
  RandomContrast,
  RandomCrop,
  RandomElasticTransform,
  RandomErasing,
  RandomGaussianBlur,
  RandomGrayscale,
  RandomHue,
  RandomInvert,
  RandomPerspective,
  RandomSharpness,
  RandomShear,
  RandomPosterization,
  RandomSaturation,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  ReversibleEmbedding,
  ZeroPadding3D,
];
registerBuiltIn(CLASSES as unknown as SerializableClass<Layer>[]);

/** The layer of a Keras config `{ class_name, config }`. @throws TypeError, ValueError */
export const deserialize = (config: KerasConfig): Layer => layerRegistry.deserialize(config, 'config');

export { layerClass, layerRegistry, registerLayer };
