"""Makes the cases that the layers' tests compare with: what Keras computes for layers of small shapes.

Usage, with keras 3.15, tf_keras, tensorflow 2.21 and (for STFTSpectrogram) scipy 1.17: python make.py [LAYER ...]
Writes one file per layer beside itself, with a case a line, and legacy.jsonl with Keras 2's configs of the same layers. `python make.py legacy` writes that alone. `TF_ENABLE_ONEDNN_OPTS=1 python make.py channels_first` writes channels-first.jsonl, for which TensorFlow has no other kernels. A case has config, inputs, weights, outputs in both modes, weights after training, masks.
"""
import json
import os
import sys
import types
import zlib

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '0')
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np
from keras.src import backend
from keras.src.backend.tensorflow import image as tf_image
from keras.src.backend.tensorflow import random as tf_random
from keras.src.layers.preprocessing.image_preprocessing import aug_mix
from tensorflow import raw_ops as raw

l2 = keras.regularizers.L2(0.1)
# Kernels for double precision are missing, so differences are taken in single precision.
SINGLE = {'gradient': 'float32'}
# libtensorflow has no gradient, or there is none at these inputs.
NO_GRADIENT = {'gradient': False}
# Half precision is not what Keras gives, or changes much.
NO_HALF = {'halfPrecision': False}


def ints(shape, high, dtype='int32'):
    return lambda rng: rng.integers(0, high, shape).astype(dtype)


def images(shape, high=255):
    return lambda rng: rng.uniform(0, high, shape).round(3).astype('float32')


def strings(values):
    return lambda rng: np.array(values)


CASES = {
    'AdaptiveAveragePooling1D': [(dict(output_size=3), [2, 5, 2]), (dict(output_size=2, data_format='channels_first'), [2, 2, 6])],
    'AdaptiveAveragePooling2D': [(dict(output_size=[2, 3]), [2, 5, 4, 2]), (dict(output_size=2), [1, 3, 2, 1])],
    'AdaptiveAveragePooling3D': [(dict(output_size=2), [1, 3, 4, 5, 2])],
    'AdaptiveMaxPooling1D': [(dict(output_size=3), [2, 5, 2])],
    'AdaptiveMaxPooling2D': [(dict(output_size=[2, 3]), [2, 5, 4, 2]), (dict(output_size=2, data_format='channels_first'), [1, 2, 3, 5])],
    'AdaptiveMaxPooling3D': [(dict(output_size=[2, 1, 3]), [1, 3, 4, 5, 2])],
    'CenterCrop': [(dict(height=2, width=3), [2, 5, 4, 2]), (dict(height=3, width=2, data_format='channels_first'), [1, 2, 4, 5]), (dict(height=4, width=3), [1, 2, 5, 1], SINGLE), (dict(height=2, width=2), ints([1, 4, 3, 1], 255, 'uint8'))],
    'RandomBrightness': [(dict(factor=[-0.3, 0.4]), images([4, 2, 2, 1])), (dict(factor=[0.2, 0.2], value_range=[-1, 1]), [2, 2, 3, 1]), (dict(factor=[-0.3, -0.3], value_range=[-0.5, 0.5]), [2, 2, 3, 1])],
    'AutoContrast': [({}, images([2, 3, 4, 2])), (dict(value_range=[0, 1]), images([1, 2, 3, 3], 0.7)), ({}, lambda rng: np.full([1, 2, 2, 1], 7.0, 'float32'), NO_GRADIENT)],
    'RandomColorDegeneration': [(dict(factor=[0.1, 0.9]), images([4, 2, 2, 3])), (dict(factor=[0.4, 0.4]), images([2, 2, 3, 3])), (dict(factor=[-0.5, -0.5], value_range=[0, 1], data_format='channels_first'), images([1, 3, 2, 2], 1))],
    'ContrastLimitedAdaptiveHistogramEqualization': [
        (dict(tile_grid_size=[2, 3]), images([2, 6, 7, 2])), (dict(tile_grid_size=[2, 2], clip_limit=40.0, value_range=[0, 1], data_format='channels_first'), images([1, 2, 5, 4], 1)),
        ({}, ints([1, 16, 17, 1], 255, 'uint8'), NO_GRADIENT), (dict(tile_grid_size=[4, 1], clip_limit=0.0), ints([1, 8, 6, 1], 20, 'int32'), NO_GRADIENT),
    ],
    # Values where bins end.
    'Equalization': [
        ({}, images([2, 3, 4, 2])), ({}, ints([2, 4, 5, 3], 256, 'float32'), NO_GRADIENT), (dict(bins=26), lambda rng: (rng.integers(0, 26, [1, 9, 10, 2]) * 10.2).round(1).astype('float32'), NO_GRADIENT),
        (dict(value_range=[-1, 3], bins=32, data_format='channels_first'), images([2, 3, 4, 4], 3)), ({}, lambda rng: np.full([1, 2, 2, 1], 7.0, 'float32'), NO_GRADIENT),
    ],
    'RandomColorJitter': [
        (dict(brightness_factor=0.2, contrast_factor=0.5, saturation_factor=[0.2, 0.8], hue_factor=0.4), images([4, 2, 2, 3]), NO_GRADIENT),
        (dict(brightness_factor=[0.1, 0.1], contrast_factor=[0.0, 0.0], saturation_factor=[0.6, 0.6], hue_factor=[1.0, 1.0]), images([2, 2, 3, 3]), NO_GRADIENT),
        (dict(brightness_factor=[-0.2, -0.2], value_range=[0, 1]), images([1, 2, 3, 1], 1)), ({}, images([1, 2, 2, 3])),
    ],
    'RandomErasing': [
        (dict(factor=[0.3, 0.9], scale=[0.1, 0.8], fill_value=7.0), images([6, 5, 6, 2])), ({}, images([4, 6, 5, 2])),
        (dict(factor=[1.0, 1.0], scale=[1.0, 1.0], fill_value=[10.0, 20.5, 300.0]), images([2, 3, 4, 3])), (dict(factor=[0.0, 0.0], value_range=[0, 1], data_format='channels_first'), images([1, 3, 2, 2], 1)),
        (dict(factor=[1.0, 1.0], scale=[1.0, 1.0], fill_value=2.0, value_range=[0, 1]), images([2, 2, 2, 1], 1)),
    ],
    'RandomGaussianBlur': [
        (dict(factor=[0.3, 0.7], sigma=[0.4, 1.0]), images([6, 3, 4, 2])), ({}, images([4, 3, 3, 1])),
        (dict(factor=[1.0, 1.0], sigma=[0.7, 0.7]), images([2, 4, 5, 2])), (dict(factor=[1.0, 1.0], kernel_size=[3, 5], sigma=[0.9, 0.9], value_range=[0, 1], data_format='channels_first'), images([1, 2, 5, 4], 1)),
        (dict(factor=0.0, value_range=[50, 200]), images([2, 2, 3, 1])), (dict(factor=[1.0, 1.0], sigma=0.0, kernel_size=5), images([1, 3, 3, 3])),
    ],
    'RandomHue': [(dict(factor=[0.2, 0.9]), images([4, 2, 2, 3]), NO_GRADIENT), (dict(factor=[1.0, 1.0]), images([2, 2, 3, 3]), NO_GRADIENT), (dict(factor=0.0, value_range=[0, 1], data_format='channels_first'), images([1, 3, 2, 2], 1), NO_GRADIENT)],
    'RandomPosterization': [(dict(factor=[1, 8]), images([6, 2, 2, 1]), NO_GRADIENT), (dict(factor=[3, 3]), images([2, 2, 3, 3]), NO_GRADIENT), (dict(factor=[8, 8], value_range=[0, 1]), images([1, 2, 2, 1], 1), NO_GRADIENT)],
    'RandomSaturation': [(dict(factor=[0.1, 0.9]), images([4, 2, 2, 3]), NO_GRADIENT), (dict(factor=[0.3, 0.3]), images([2, 2, 3, 3]), NO_GRADIENT), (dict(factor=[0.8, 0.8], value_range=[0, 1], data_format='channels_first'), images([1, 3, 2, 2], 1), NO_GRADIENT)],
    'RandomSharpness': [(dict(factor=[0.1, 0.9]), images([4, 3, 3, 2])), (dict(factor=[0.9, 0.9]), images([2, 4, 3, 2])), (dict(factor=[0.2, 0.2], value_range=[0, 1], data_format='channels_first'), images([1, 3, 3, 4], 1))],
    'Solarization': [(dict(addition_factor=0.3, threshold_factor=[0.1, 0.8]), images([4, 2, 2, 3])), (dict(threshold_factor=[0.0, 0.0]), images([2, 2, 3, 1])), (dict(value_range=[0, 1]), images([1, 2, 2, 3], 1))],
    'RandomContrast': [(dict(factor=[0.4, 0.7]), images([4, 2, 3, 2])), (dict(factor=[0.0, 0.0], value_range=[-0.5, 1.0]), [2, 2, 3, 2])],
    'RandomGrayscale': [(dict(factor=0.5), images([6, 1, 2, 3])), (dict(factor=1.0), [2, 2, 2, 3]), (dict(factor=0.0, data_format='channels_first'), [1, 3, 2, 2]), ({}, [1, 2, 2, 1])],
    'RandomInvert': [(dict(factor=[0.3, 0.6]), images([8, 1, 2, 1])), (dict(factor=[1.0, 1.0], value_range=[-1, 1]), [2, 2, 3, 1])],
    'RandomRotation': [
        (dict(factor=0.4), [3, 4, 5, 2], NO_GRADIENT),
        (dict(factor=[0.1, 0.1]), [2, 4, 5, 2], NO_GRADIENT), (dict(factor=[-0.3, -0.3], fill_mode='constant', fill_value=0.5, interpolation='nearest'), [1, 4, 4, 1], NO_GRADIENT),
        (dict(factor=[0.07, 0.07], data_format='channels_first', fill_mode='wrap'), [1, 2, 4, 3], NO_GRADIENT),
    ],
    'AugMix': [
        ({}, images([2, 5, 6, 3]), NO_GRADIENT), (dict(all_ops=False, num_chains=2, chain_depth=4, alpha=0.4, factor=[0.2, 0.6], interpolation='nearest'), images([2, 4, 4, 1]), NO_GRADIENT),
        (dict(value_range=[0, 1], num_chains=4, factor=0.9), images([2, 6, 6, 3], 1), NO_GRADIENT),
    ],
    'Pipeline': [
        (dict(layers=[('Rescaling', dict(scale=0.5, name='a')), ('Conv2D', dict(filters=2, kernel_size=2, name='b'))]), [2, 3, 4, 1]),
        (dict(layers=[('Masking', dict(mask_value=0.0, name='a')), ('BatchNormalization', dict(name='b'))]), lambda rng: np.array([[[1, 2], [0, 0], [3, -1]], [[0, 0], [2, 1], [0, 0]]], 'float32'), NO_GRADIENT),
    ],
    'RandomCrop': [
        (dict(height=3, width=2), [2, 6, 7, 2]), (dict(height=2, width=4, data_format='channels_first'), [2, 3, 3, 6]), (dict(height=3, width=3), [1, 5, 3, 2]), (dict(height=4, width=6), [1, 3, 8, 1], SINGLE),
        (dict(height=5, width=4), [1, 2, 2, 1], SINGLE), (dict(height=3, width=2), [2, 3, 2, 1]), (dict(height=2, width=2), ints([1, 4, 3, 1], 255, 'uint8')),
    ],
    'RandAugment': [
        ({}, images([2, 5, 6, 3]), NO_GRADIENT), (dict(num_ops=1, factor=[0.2, 0.2], interpolation='nearest'), images([2, 4, 4, 3]), NO_GRADIENT), (dict(num_ops=12, value_range=[0, 1], factor=0.3), images([2, 5, 4, 3], 1), NO_GRADIENT),
    ],
    # Above 20 pixels the noise is smoothed, too.
    'RandomElasticTransform': [
        (dict(factor=[1.0, 1.0], scale=[0.9, 1.0]), images([2, 6, 8, 2])), (dict(scale=[0.9, 1.0], fill_mode='constant', fill_value=7.0), images([4, 40, 24, 1]), NO_GRADIENT),
        (dict(scale=[1.0, 1.0], fill_mode='wrap', interpolation='nearest', data_format='channels_first', value_range=[0, 200]), images([3, 2, 24, 30]), NO_GRADIENT),
        (dict(factor=0.9, scale=0.8, fill_mode='nearest', value_range=[0, 1]), images([3, 5, 5, 1], 1)), (dict(factor=[1.0, 1.0], scale=[1.0, 1.0]), images([1, 2, 45, 3]), NO_GRADIENT),
    ],
    'RandomPerspective': [
        (dict(factor=[1.0, 1.0]), [2, 5, 6, 2], NO_GRADIENT), (dict(scale=0.3, fill_value=0.5, interpolation='nearest'), [6, 4, 4, 1], NO_GRADIENT), (dict(factor=0.8, scale=0.6, data_format='channels_first'), [4, 2, 4, 3], NO_GRADIENT),
    ],
    'RandomShear': [
        (dict(x_factor=[0.2, 0.9], y_factor=0.5), [4, 4, 5, 2], NO_GRADIENT), (dict(x_factor=1.0, fill_mode='constant'), [4, 4, 3, 1], NO_GRADIENT),
        (dict(x_factor=[0.0, 0.0], y_factor=0.0), [2, 3, 4, 2], NO_GRADIENT), (dict(x_factor=0.0, fill_mode='constant', fill_value=0.5, interpolation='nearest', data_format='channels_first'), [1, 2, 3, 3], NO_GRADIENT),
    ],
    'RandomTranslation': [
        (dict(height_factor=[-0.2, 0.4], width_factor=0.4), [3, 4, 5, 2], NO_GRADIENT),
        (dict(height_factor=[0.25, 0.25], width_factor=[-0.3, -0.3]), [2, 4, 5, 2], NO_GRADIENT), (dict(height_factor=[0.5, 0.5], width_factor=[0.1, 0.1], fill_mode='nearest'), [1, 4, 4, 1], NO_GRADIENT),
    ],
    'RandomZoom': [(dict(height_factor=[-0.5, 0.4], width_factor=0.3), [3, 4, 5, 2], NO_GRADIENT), (dict(height_factor=0.4), [3, 4, 4, 1], NO_GRADIENT), (dict(height_factor=[0.3, 0.3]), [2, 4, 5, 2], NO_GRADIENT), (dict(height_factor=[-0.3, -0.3], width_factor=[0.5, 0.5], fill_mode='constant'), [1, 4, 4, 1], NO_GRADIENT)],
    'ReversibleEmbedding': [(dict(input_dim=5, output_dim=3), ints([2, 4], 5)), (dict(input_dim=4, output_dim=2, mask_zero=True, tie_weights=False), ints([3, 4], 4, 'int64'))],
    'Activation': [(dict(activation=a), [2, 5]) for a in ('relu', 'tanh', 'softmax')],
    'ActivityRegularization': [(dict(l1=0.1, l2=0.2), [2, 3])],
    'Add': [({}, [[2, 3], [2, 3], [2, 3]]), ({}, [[2, 4, 3], [2, 1, 3]]), ({}, [[2, 4, 3], [2, 3]])],
    'AlphaDropout': [(dict(rate=0.3), [4, 10])],
    'Average': [({}, [[2, 3], [2, 3], [2, 3]])],
    'AveragePooling1D': [(dict(pool_size=2), [2, 5, 2]), (dict(pool_size=3, strides=1, padding='same'), [2, 5, 2])],
    'AveragePooling2D': [(dict(pool_size=2), [2, 5, 4, 2]), (dict(pool_size=[3, 2], strides=[1, 2], padding='same'), [2, 5, 4, 2])],
    'AveragePooling3D': [(dict(pool_size=2), [2, 4, 4, 5, 2], SINGLE), (dict(pool_size=[1, 3, 2], strides=1, padding='same'), [2, 3, 4, 3, 1], SINGLE)],
    'BatchNormalization': [
        ({}, [3, 4]), (dict(momentum=0.7, epsilon=0.01), [2, 3, 2, 3]), (dict(axis=1, scale=False), [2, 3, 4]), (dict(center=False), [4, 3]),
        (dict(trainable=False), [3, 2]), (dict(), [2, 3, 2], dict(mask=[2, 3])),
    ],
    'CategoryEncoding': [
        (dict(num_tokens=4), ints([2, 3], 4)), (dict(num_tokens=4, output_mode='count'), ints([2, 3], 4)),
        (dict(num_tokens=4, output_mode='one_hot'), ints([3, 1], 4)), (dict(num_tokens=5, output_mode='one_hot'), ints([3, 2], 5, 'int64')),
    ],
    'Concatenate': [({}, [[2, 3], [2, 1]]), (dict(axis=1), [[2, 3, 2], [2, 1, 2], [2, 2, 2]])],
    'Conv1D': [
        (dict(filters=3, kernel_size=2), [2, 5, 2]), (dict(filters=4, kernel_size=3, strides=2, padding='same', groups=2, activation='tanh'), [2, 6, 4]),
        (dict(filters=2, kernel_size=2, padding='causal', dilation_rate=2, use_bias=False), [2, 6, 2]), (dict(filters=2, kernel_size=3, padding='causal', strides=2), [2, 7, 1]),
        (dict(filters=2, kernel_size=2, padding='same', dilation_rate=3), [2, 6, 2]),
    ],
    'Conv1DTranspose': [
        (dict(filters=3, kernel_size=2), [2, 4, 2]), (dict(filters=2, kernel_size=3, strides=2, padding='same'), [2, 4, 2]),
        (dict(filters=2, kernel_size=3, strides=2, output_padding=1), [2, 3, 2]), (dict(filters=2, kernel_size=3, strides=3, padding='same', output_padding=1), [2, 3, 1]),
        (dict(filters=2, kernel_size=2, strides=3), [2, 4, 2]),
    ],
    'Conv2D': [
        (dict(filters=3, kernel_size=[2, 3]), [2, 4, 5, 2]), (dict(filters=4, kernel_size=3, strides=2, padding='same', groups=2, activation='relu'), [2, 5, 4, 4]),
        (dict(filters=2, kernel_size=2, dilation_rate=[1, 2], use_bias=False, kernel_regularizer=l2), [2, 4, 5, 2]),
        (dict(filters=2, kernel_size=2, dilation_rate=2, padding='same'), [2, 4, 5, 1]),
    ],
    'Conv2DTranspose': [
        (dict(filters=2, kernel_size=[2, 3]), [2, 3, 2, 2]), (dict(filters=2, kernel_size=3, strides=2, padding='same', activation='sigmoid'), [2, 3, 2, 2]),
        (dict(filters=1, kernel_size=3, strides=[2, 1], output_padding=[1, 0], padding='same'), [2, 2, 3, 2]),
        (dict(filters=1, kernel_size=2, strides=3), [2, 2, 2, 1]),
    ],
    'Conv3D': [
        (dict(filters=2, kernel_size=2), [2, 3, 3, 2, 2]), (dict(filters=2, kernel_size=[1, 2, 2], strides=[1, 2, 1], padding='same', activation='relu'), [2, 2, 3, 3, 1]),
        (dict(filters=4, kernel_size=2, groups=2), [1, 2, 3, 2, 4]), (dict(filters=2, kernel_size=2, dilation_rate=2), [1, 3, 3, 4, 1]),
    ],
    'Conv3DTranspose': [(dict(filters=2, kernel_size=2), [1, 2, 2, 2, 2]), (dict(filters=1, kernel_size=[2, 3, 2], strides=2, padding='same'), [2, 2, 1, 2, 2]), (dict(filters=1, kernel_size=3, strides=2, output_padding=1), [1, 2, 1, 2, 1])],
    'Cropping1D': [({}, [2, 5, 2]), (dict(cropping=[2, 0]), [2, 5, 2])],
    'Cropping2D': [(dict(cropping=1), [2, 4, 5, 2]), (dict(cropping=[[1, 0], [0, 2]]), [2, 4, 5, 2]), (dict(cropping=[1, 2]), [1, 4, 5, 1])],
    'Cropping3D': [({}, [1, 3, 4, 3, 1]), (dict(cropping=[[1, 0], [0, 2], [1, 1]]), [1, 2, 3, 3, 2])],
    'Dense': [(dict(units=3), [2, 4]), (dict(units=2, activation='relu', use_bias=False, kernel_regularizer=l2), [2, 3, 4]), (dict(units=2), [2, 2, 2, 3])],
    'DepthwiseConv1D': [
        (dict(kernel_size=2), [2, 5, 2]), (dict(kernel_size=3, strides=2, padding='same', depth_multiplier=2, activation='tanh'), [2, 5, 2]),
        (dict(kernel_size=2, dilation_rate=2, use_bias=False), [2, 5, 3]),
    ],
    'DepthwiseConv2D': [
        (dict(kernel_size=2), [2, 3, 4, 2]), (dict(kernel_size=[3, 2], strides=2, padding='same', depth_multiplier=2), [2, 4, 5, 2]),
        (dict(kernel_size=2, dilation_rate=2, use_bias=False), [2, 4, 4, 2]),
    ],
    'Discretization': [
        (dict(bin_boundaries=[-0.5, 0.0, 0.4]), [2, 4]), (dict(bin_boundaries=[-0.5, 0.5], output_mode='one_hot'), [3, 1]),
        (dict(bin_boundaries=[-0.5, 0.5], output_mode='multi_hot'), [3, 2]), (dict(bin_boundaries=[1.0, 2.0], output_mode='count'), ints([3, 4], 4)),
    ],
    'Dot': [(dict(axes=1), [[2, 3], [2, 3]]), (dict(axes=[2, 1]), [[2, 4, 3], [2, 3, 2]]), (dict(axes=-1, normalize=True), [[2, 4, 3], [2, 2, 3]]), (dict(axes=[1, 2]), [[2, 3], [2, 4, 3]])],
    'Dropout': [(dict(rate=0.4), [4, 10])],
    'ELU': [({}, [2, 4]), (dict(alpha=0.5), [2, 4])],
    'EinsumDense': [
        (dict(equation='abc,cd->abd', output_shape=[None, 4], bias_axes='d'), [2, 3, 2]), (dict(equation='...x,xy->...y', output_shape=3, bias_axes='y', activation='relu'), [2, 3, 2]),
        (dict(equation='abc,cde->abde', output_shape=[3, 2, 4], bias_axes='de'), [2, 3, 2]), (dict(equation='abde,dec->abc', output_shape=[3, 4], bias_axes='c'), [2, 3, 2, 2]),
        (dict(equation='ab...,bc->ac...', output_shape=3, bias_axes='c'), [2, 2, 4]), (dict(equation='ab,bc->ac', output_shape=5), [2, 3]), (dict(equation='abc,cde->abde', output_shape=[3, 2, 4], bias_axes='e'), [2, 3, 2]),
    ],
    'Embedding': [(dict(input_dim=5, output_dim=3), ints([2, 4], 5)), (dict(input_dim=4, output_dim=2, mask_zero=True), ints([3, 4], 4, 'int64'))],
    'Flatten': [({}, [2, 3, 2]), ({}, [2, 2, 2, 3]), ({}, [3])],
    'GaussianDropout': [(dict(rate=0.3), [3, 4])],
    'GaussianNoise': [(dict(stddev=0.3), [3, 4])],
    'GlobalAveragePooling1D': [({}, [2, 4, 3]), (dict(keepdims=True), [2, 4, 3]), ({}, [2, 4, 3], dict(mask=[2, 4]))],
    'GlobalAveragePooling2D': [({}, [2, 3, 4, 3]), (dict(keepdims=True), [2, 3, 2, 3])],
    'GlobalAveragePooling3D': [({}, [2, 3, 2, 2, 3]), (dict(keepdims=True), [2, 3, 2, 2, 1])],
    'GlobalMaxPooling1D': [({}, [2, 4, 3]), (dict(keepdims=True), [2, 4, 3])],
    'GlobalMaxPooling2D': [({}, [2, 3, 4, 3]), (dict(keepdims=True), [2, 3, 2, 3])],
    'GlobalMaxPooling3D': [({}, [2, 3, 2, 2, 3]), (dict(keepdims=True), [2, 3, 2, 2, 1])],
    'GroupNormalization': [(dict(groups=2), [2, 3, 4]), (dict(groups=-1), [2, 2, 3, 4]), (dict(groups=3, axis=1, center=False, epsilon=0.01), [2, 6, 2]), (dict(groups=1, scale=False), [2, 4])],
    'HashedCrossing': [
        (dict(num_bins=5), [strings([['A'], ['B'], ['A'], ['B'], ['A']]), lambda rng: np.array([[101], [101], [101], [102], [102]])], NO_HALF), (dict(num_bins=50), [ints([4, 1], 9), ints([4, 1], 9, 'int64'), ints([4, 1], 3, 'uint8')], NO_HALF),
        (dict(num_bins=6, output_mode='one_hot'), [strings(['a', 'ü', '']), strings(['b', 'b', 'c'])], NO_HALF), (dict(num_bins=7, dtype='int32'), [ints([4], 20), ints([4], 3)], NO_HALF),
        (dict(num_bins=3, output_mode='one_hot'), [ints([4, 1], 20), strings([['x'], ['y'], ['x'], ['y']])], NO_HALF), (dict(num_bins=9, dtype='float32'), [ints([4], 20), ints([4], 3)], NO_HALF),
    ],
    'STFTSpectrogram': [
        (dict(frame_length=6, mode='magnitude'), [2, 14, 1]), (dict(frame_length=8, frame_step=3, fft_length=12, mode='psd', padding='same'), [2, 13, 2]), (dict(frame_length=4, mode='stft', expand_dims=True), [2, 9, 2]),
        (dict(frame_length=4, mode='angle', frame_step=4), [2, 12, 1], NO_HALF), (dict(frame_length=4), [2, 9, 1]), (dict(frame_length=5, mode='real', trainable=False), [1, 11, 2]), (dict(frame_length=4, mode='imag', window='hamming', periodic=True, scaling='spectrum'), [1, 8, 1]),
    ],
    'Hashing': [(dict(num_bins=7), ints([2, 3], 50)), (dict(num_bins=5, salt=[3, 9]), strings([['a', 'bc'], ['d', 'ü']])), (dict(num_bins=4, mask_value='', output_mode='multi_hot'), strings([['a', ''], ['d', 'e']])), (dict(num_bins=6, mask_value=0, salt=7), ints([2, 4], 3, 'int64'))],
    'Identity': [({}, [2, 3])],
    'IntegerLookup': [
        (dict(vocabulary=[9, 3, 5]), ints([2, 6], 10)), (dict(vocabulary=[9, 3, 5], mask_token=0, num_oov_indices=3), ints([2, 6], 10, 'int64')),
        (dict(vocabulary=[9, 3, 5], output_mode='count', mask_token=0), ints([2, 6], 10)), (dict(vocabulary=[9, 3, 5], invert=True, mask_token=0), ints([2, 5], 6)),
        (dict(vocabulary=[9, 3, 5], num_oov_indices=2, oov_method='farmhash', salt=3), ints([2, 6], 10)),
    ],
    'LayerNormalization': [({}, [2, 4]), (dict(axis=[1, 2], epsilon=0.01), [2, 3, 4]), (dict(axis=1, center=False), [2, 3, 4]), (dict(scale=False), [2, 2, 3, 4])],
    'LeakyReLU': [({}, [2, 4]), (dict(negative_slope=0.1), [2, 4])],
    'Masking': [({}, lambda rng: (rng.uniform(-1, 1, [2, 4, 2]).round(3) * np.array([[[1], [0], [1], [0]]])).astype('float32'), NO_GRADIENT), (dict(mask_value=0.5), lambda rng: np.where(rng.uniform(0, 1, [2, 5, 1]) < 0.4, 0.5, rng.uniform(-1, 1, [2, 5, 2]).round(3)).astype('float32'), NO_GRADIENT), ({}, [2, 3, 2])],
    'MaxPooling1D': [({}, [2, 5, 2]), (dict(pool_size=3, strides=1, padding='same'), [2, 5, 2])],
    'MaxPooling2D': [({}, [2, 5, 4, 2]), (dict(pool_size=[3, 2], strides=[1, 2], padding='same'), [2, 5, 4, 2])],
    'MaxPooling3D': [({}, [2, 4, 4, 5, 2], SINGLE), (dict(pool_size=[1, 3, 2], strides=1, padding='same'), [2, 3, 4, 3, 1], SINGLE)],
    'Maximum': [({}, [[2, 3], [2, 3]])],
    # What is 80 decibels below the loudest of all examples is cut.
    'MelSpectrogram': [
        (dict(fft_length=16, sequence_stride=5, num_mel_bins=4, sampling_rate=800), [2, 23]), (dict(fft_length=16, sequence_length=9, sequence_stride=4, num_mel_bins=3, sampling_rate=1000, window='hamming', power_to_db=False, mag_exp=1.0, min_freq=50.0, max_freq=400.0), [2, 20]),
        (dict(fft_length=15, sequence_stride=4, num_mel_bins=3, sampling_rate=800, window=None, ref_power=2.0, top_db=3.0), [1, 17]), (dict(fft_length=8, sequence_length=4, sequence_stride=8, num_mel_bins=2, sampling_rate=500, window=[0.5, 1.0, 0.75, 0.25], power_to_db=False), [2, 16]),
        (dict(num_mel_bins=20), lambda rng: np.sin(np.arange(2200) / 7).round(5).astype('float32')[None], {**NO_GRADIENT, **NO_HALF}),
    ],
    'Minimum': [({}, [[2, 3], [2, 3]])],
    'Multiply': [({}, [[2, 3], [2, 3], [2, 3]]), ({}, [[2, 4, 3], [2, 4, 1]])],
    'Normalization': [
        ({}, [3, 2]), (dict(mean=[0.1, 0.2], variance=[1.5, 0.3]), [3, 2]), (dict(mean=0.3, variance=2.0, invert=True), [2, 3, 2]), (dict(axis=[1, 2]), [2, 3, 2]), (dict(axis=None), [2, 3]),
        (dict(axis=[1, -1], mean=[[0.1], [0.2], [0.3]], variance=[[1.0], [2.0], [3.0]]), [2, 3, 4]), (dict(axis=-1, mean=0.5, variance=0.0), ints([2, 3], 5)),
    ],
    'PReLU': [({}, [2, 4]), (dict(shared_axes=[1, 2]), [2, 3, 2, 2])],
    'Permute': [(dict(dims=[2, 1]), [2, 3, 4]), (dict(dims=[3, 1, 2]), [2, 3, 2, 4])],
    'RMSNormalization': [({}, [2, 4]), (dict(axis=[1, 2], epsilon=0.01), [2, 3, 2])],
    'RandomFlip': [({}, [6, 2, 3, 1]), (dict(mode='vertical'), ints([4, 2, 3, 1], 255, 'uint8'))],
    'ReLU': [({}, [2, 6]), (dict(max_value=0.6, negative_slope=0.2, threshold=0.1), [2, 6]), (dict(negative_slope=0.1), [2, 6]), (dict(threshold=0.2), [2, 6]), (dict(max_value=6.0), [2, 3])],
    'RepeatVector': [(dict(n=3), [2, 4])],
    'Rescaling': [(dict(scale=0.5, offset=-1.0), [2, 3]), (dict(scale=1 / 255), ints([2, 3], 255, 'uint8')), (dict(scale=[1.0, 2.0], offset=[0.5, 0.0]), [2, 3, 2])],
    'Reshape': [(dict(target_shape=[3, 2]), [2, 6]), (dict(target_shape=[-1, 2]), [2, 3, 4]), (dict(target_shape=[12]), [2, 3, 4])],
    'Resizing': [
        (dict(height=2, width=3), [2, 4, 5, 2], SINGLE), (dict(height=6, width=4, interpolation='nearest'), [2, 4, 3, 1], SINGLE), (dict(height=3, width=5, interpolation='bicubic'), [1, 4, 4, 1], SINGLE),
        (dict(height=2, width=2, antialias=True), [1, 5, 4, 1], SINGLE), (dict(height=3, width=2, interpolation='lanczos3'), [1, 4, 5, 1], SINGLE), (dict(height=2, width=3, interpolation='area'), [1, 4, 5, 1], NO_GRADIENT),
        (dict(height=2, width=2, crop_to_aspect_ratio=True), [1, 4, 7, 1], SINGLE), (dict(height=4, width=4, pad_to_aspect_ratio=True, fill_value=0.5), [1, 3, 6, 1], SINGLE), (dict(height=2, width=3), ints([1, 5, 4, 1], 255, 'uint8'), NO_GRADIENT),
    ],
    'SeparableConv1D': [(dict(filters=3, kernel_size=2), [2, 5, 2]), (dict(filters=2, kernel_size=3, strides=2, padding='same', depth_multiplier=2, activation='relu'), [2, 6, 2]), (dict(filters=2, kernel_size=2, dilation_rate=2, use_bias=False), [2, 5, 2])],
    'SeparableConv2D': [(dict(filters=3, kernel_size=2), [2, 3, 4, 2]), (dict(filters=2, kernel_size=[3, 2], strides=2, padding='same', depth_multiplier=2), [2, 4, 5, 2]), (dict(filters=2, kernel_size=2, dilation_rate=2, use_bias=False), [2, 4, 4, 1])],
    'Softmax': [({}, [2, 4]), (dict(axis=1), [2, 3, 2]), (dict(axis=[1, 2]), [2, 3, 2]), ({}, [2, 4], dict(mask=[2, 4]))],
    'SpatialDropout1D': [(dict(rate=0.3), [4, 2, 8])],
    'SpatialDropout2D': [(dict(rate=0.3), [4, 2, 2, 6])],
    'SpatialDropout3D': [(dict(rate=0.3), [4, 1, 2, 2, 6])],
    'StringLookup': [
        (dict(vocabulary=['b', 'a', 'ü']), strings([['a', 'x', 'ü'], ['b', '', 'a']])), (dict(vocabulary=['b', 'a'], mask_token='', num_oov_indices=3), strings([['a', 'x', 'y'], ['b', '', 'z']])),
        (dict(vocabulary=['b', 'a'], output_mode='multi_hot'), strings([['a', 'x', 'a'], ['b', '', 'b']])), (dict(vocabulary=['b', 'a'], output_mode='one_hot', mask_token=''), strings([['a'], ['b'], ['x'], ['']])),
        (dict(vocabulary=['b', 'a'], invert=True), ints([2, 3], 4, 'int64')), (dict(vocabulary=['b', 'a', 'c'], output_mode='tf_idf', idf_weights=[0.5, 0.2, 1.5]), strings([['a', 'x', 'a'], ['b', 'c', 'b']])),
        (dict(vocabulary=['', '[UNK]', 'b', 'a'], mask_token=''), strings([['a', 'x'], ['', 'b']])), (dict(vocabulary=['b', 'a'], output_mode='count', max_tokens=6, pad_to_max_tokens=True), strings([['a', 'x', 'a'], ['b', 'c', 'b']])),
    ],
    # In training the gradient is not that of the whole.
    'SpectralNormalization': [
        (dict(layer=('Dense', dict(units=3, name='inner'))), [2, 4], NO_GRADIENT), (dict(layer=('Conv2D', dict(filters=3, kernel_size=2, use_bias=False, name='inner')), power_iterations=3), [2, 3, 4, 2], NO_GRADIENT),
        (dict(layer=('Embedding', dict(input_dim=4, output_dim=3, name='inner'))), ints([2, 3], 4), NO_GRADIENT),
    ],
    'Subtract': [({}, [[2, 3], [2, 3]])],
    'TextVectorization': [
        (dict(vocabulary=['the', 'cat', 'sat', 'ü'], output_sequence_length=5), strings(['The cat, the dog!', '  sat\tÜ  ü ', ''])), (dict(vocabulary=['a', 'b'], output_sequence_length=3), strings([['a b a b'], ['b']])),
        (dict(vocabulary=['a', 'b', 'a b'], ngrams=2, output_mode='count'), strings(['a b a', 'B c', 'a'])), (dict(vocabulary=['a', 'é', '!'], split='character', standardize='lower', output_sequence_length=2), strings(['Aé!', 'b'])),
        (dict(vocabulary=['a', 'B.'], standardize=None, output_mode='multi_hot', max_tokens=5, pad_to_max_tokens=True), strings([['a B.'], ['b. x']])),
        (dict(vocabulary=['a', 'b'], split=None, standardize='strip_punctuation', output_mode='tf_idf', idf_weights=[0.5, 2.0]), strings([['a!', 'b', 'a'], ['c', 'c', 'b']])),
        (dict(vocabulary=['a b', 'b c d'], ngrams=(2, 3), output_sequence_length=6), strings(['a b c d'])),
    ],
    'TimeDistributed': [
        (dict(layer=('Dense', dict(units=2, activation='relu', name='inner'))), [2, 3, 4]), (dict(layer=('Conv2D', dict(filters=2, kernel_size=2, name='inner'))), [2, 3, 3, 3, 1]),
        (dict(layer=('BatchNormalization', dict(momentum=0.6, name='inner'))), [3, 2, 4]), (dict(layer=('Flatten', dict(name='inner'))), [2, 3, 2, 2], dict(mask=[2, 3])),
    ],
    'UnitNormalization': [({}, [2, 4]), (dict(axis=1), [2, 3, 2]), (dict(axis=[1, 2]), [2, 3, 2])],
    'UpSampling1D': [({}, [2, 3, 2]), (dict(size=3), [2, 2, 1])],
    'UpSampling2D': [({}, [2, 2, 3, 2]), (dict(size=[3, 1]), [2, 2, 2, 1]), (dict(size=[2, 3], interpolation='bilinear'), [1, 3, 2, 1], SINGLE), (dict(interpolation='bicubic'), [1, 3, 3, 1], SINGLE)],
    'UpSampling3D': [({}, [1, 2, 1, 2, 1]), (dict(size=[1, 2, 3]), [1, 2, 2, 1, 2])],
    'ZeroPadding1D': [({}, [2, 3, 2]), (dict(padding=[2, 0]), [2, 3, 2])],
    'ZeroPadding2D': [({}, [2, 2, 3, 1]), (dict(padding=[[1, 0], [0, 2]]), [2, 2, 3, 1]), (dict(padding=[1, 2]), [1, 2, 1, 2])],
    'ZeroPadding3D': [({}, [1, 2, 1, 2, 1]), (dict(padding=[[1, 0], [0, 2], [1, 1]]), [1, 2, 1, 2, 1])],
}
FIRST = dict(data_format='channels_first')
# With as many filters as the last axis is long Keras 3.15 on TensorFlow adds the bias to that axis.
CHANNELS_FIRST = [
    ('AveragePooling1D', dict(pool_size=2), [2, 2, 5]), ('AveragePooling2D', dict(pool_size=[3, 2], padding='same'), [2, 2, 5, 4]), ('AveragePooling3D', dict(pool_size=2), [1, 2, 4, 3, 2], SINGLE),
    ('Conv1D', dict(filters=3, kernel_size=2, padding='same', dilation_rate=2), [2, 2, 5]), ('Conv2D', dict(filters=3, kernel_size=[2, 3], strides=[1, 2]), [2, 2, 5, 4]), ('Conv3D', dict(filters=2, kernel_size=2), [1, 3, 2, 3, 4], SINGLE),
    ('Conv2DTranspose', dict(filters=3, kernel_size=2, strides=2), [2, 2, 3, 2]), ('Cropping2D', dict(cropping=[[1, 0], [0, 2]]), [2, 2, 3, 4]), ('Cropping3D', dict(cropping=[1, 0, 1]), [1, 2, 3, 2, 3]),
    ('DepthwiseConv2D', dict(kernel_size=2, depth_multiplier=2), [2, 2, 3, 4]), ('Flatten', {}, [2, 3, 2, 4]), ('Flatten', {}, [2, 3, 4]), ('GlobalAveragePooling1D', {}, [2, 3, 4]), ('GlobalAveragePooling2D', dict(keepdims=True), [2, 3, 4, 2]),
    ('GlobalAveragePooling3D', {}, [2, 3, 2, 2, 2]), ('GlobalMaxPooling1D', dict(keepdims=True), [2, 3, 4]), ('GlobalMaxPooling2D', {}, [2, 3, 4, 2]), ('GlobalMaxPooling3D', {}, [2, 3, 2, 2, 2]), ('MaxPooling1D', dict(pool_size=2), [2, 2, 5]),
    ('MaxPooling2D', dict(pool_size=2, strides=1), [2, 2, 5, 4]), ('MaxPooling3D', dict(pool_size=2), [1, 2, 4, 3, 2], SINGLE), ('Resizing', dict(height=3, width=2), [1, 2, 5, 4], SINGLE), ('SeparableConv2D', dict(filters=3, kernel_size=2), [2, 2, 3, 5]),
    ('SpatialDropout2D', dict(rate=0.3), [2, 3, 2, 2]), ('UpSampling2D', dict(size=[1, 2]), [2, 3, 2, 2]), ('UpSampling3D', dict(size=2), [1, 2, 1, 2, 2]), ('ZeroPadding1D', dict(padding=[1, 2]), [2, 3, 2]),
    ('ZeroPadding2D', dict(padding=[[1, 0], [0, 2]]), [2, 3, 2, 2]), ('ZeroPadding3D', dict(padding=1), [1, 2, 1, 2, 2]), ('ConvLSTM1D', dict(filters=2, kernel_size=2, return_sequences=True), [2, 3, 2, 4]), ('ConvLSTM2D', dict(filters=2, kernel_size=2), [1, 2, 3, 4, 3]),
    ('STFTSpectrogram', dict(frame_length=4, mode='stft', window=[0.5, 1.0, 0.75, 0.25], scaling=None), [2, 3, 8]), ('STFTSpectrogram', dict(frame_length=4, mode='magnitude', expand_dims=True, window=None), [2, 3, 8]),
]


def dump(array):
    array = np.asarray(array)
    if array.dtype.kind in 'OUS':
        return {'dtype': 'string', 'shape': list(array.shape), 'data': [v.decode() if isinstance(v, bytes) else str(v) for v in array.reshape(-1)]}
    values = array.reshape(-1).tolist()
    return {'dtype': str(array.dtype), 'shape': list(array.shape), 'data': [float(f'{v:.7g}') for v in values] if array.dtype.kind == 'f' else values}


def inner(value):
    if isinstance(value, list):
        return [inner(v) for v in value]
    return build(*value) if isinstance(value, tuple) and isinstance(value[0], str) else value


def build(name, config):
    own = {k: inner(v) for k, v in config.items()}
    return getattr(keras.layers, name)(**own)


class Seeds:
    """The seeds that evaluate-layer.ts gives, for each drawing the next one: TensorFlow's stateless numbers are the same here and there."""

    def __init__(self, start=(3, 5)):
        self.start = backend.convert_to_tensor(start, 'int64')
        self.count = -1

    def __call__(self, _=None):
        self.count += 1
        return self.start + backend.convert_to_tensor([0, self.count], 'int64')

    def bits(self, shape):
        return raw.StatelessRandomUniformFullInt(shape=shape, seed=self(), dtype='int64')

    def integers(self, count, limit):
        return raw.StatelessRandomUniformInt(shape=[count], seed=self(), minval=np.int64(0), maxval=np.int64(limit))


def use(seeds):
    tf_random.draw_seed = tf_image.draw_seed = seeds


def beta(shape, alpha, beta, dtype=None, seed=None):
    own, other = tf_random.gamma([2], alpha, seed=seed)
    return own / (own + other)


def draw_as_we(layer, seeds):
    """Has a layer that draws others do that as augmentations.ts does: each draws from a seed of its own."""
    if isinstance(layer, keras.layers.AugMix):
        count = layer.num_chains * layer.chain_depth
        table = []

        def choice(names):
            table[:] = table or list(zip(seeds.integers(count, len(names)), seeds.bits([count, 2])))
            index, choice.seed = table[choice.next]
            choice.next += 1
            return names[int(index)]

        choice.next = 0
        aug_mix.py_random = types.SimpleNamespace(choice=choice)
        seed_of = lambda: choice.seed
    else:
        seed_of = lambda: seeds.bits([2])
    for name in getattr(layer, '_augment_layers', None) or getattr(layer, '_AUGMENT_LAYERS', []):
        part = getattr(layer, name)

        def drawn(data, training=True, seed=None, draw=type(part).get_random_transformation.__get__(part)):
            use(Seeds(seed_of()))
            result = draw(data, training=training, seed=seed)
            use(seeds)
            return result

        part.get_random_transformation = drawn


whole = tf_random.randint
tf_random.randint = lambda shape, minval, maxval, dtype='int32', seed=None: backend.cast(whole(shape, minval, maxval, 'int64', seed), dtype)
tf_random._cast_seed = lambda seed: seed
tf_random.beta = beta


def case(name, index, config, spec, extra):
    rng = np.random.default_rng(zlib.crc32(f'{name} {index}'.encode()))
    uniform = lambda shape: rng.uniform(-1, 1, shape).round(3).astype('float32')
    if callable(spec):
        inputs = [spec(rng)]
    elif isinstance(spec[0], list) or callable(spec[0]):
        inputs = [one(rng) if callable(one) else uniform(one) for one in spec]
    else:
        inputs = [uniform(spec)]
    layer = build(name, {**config, 'name': name.lower()})
    mask = None
    if 'mask' in extra:
        mask = rng.uniform(0, 1, extra['mask']) < 0.6
        mask[:, 0] = True

    def call(training):
        args = [backend.convert_to_tensor(x) for x in inputs]
        if mask is not None:
            backend.set_keras_mask(args[0], backend.convert_to_tensor(mask))
        seeds = Seeds()
        use(seeds)
        draw_as_we(layer, seeds)
        y = layer(args if len(args) > 1 else args[0], training=training)
        return y, backend.get_keras_mask(y)

    call(False)
    for w in layer.weights:
        if w.dtype == 'float32':
            w.assign(np.abs(uniform(w.shape)) + 0.5 if 'variance' in w.name else uniform(w.shape))
    if isinstance(layer, keras.layers.Normalization):
        layer.finalize_state()
    result = {'config': keras.saving.serialize_keras_object(layer), 'inputs': [dump(x) for x in inputs], 'weights': [dump(w) for w in layer.weights]}
    result['config'].pop('build_config', None)
    if mask is not None:
        result['mask'] = dump(mask)
    output, output_mask = call(False)
    result['output'] = dump(output)
    if output_mask is not None:
        result['outputMask'] = dump(output_mask)
    result.update((key, extra[key]) for key in ('gradient', 'halfPrecision') if key in extra)
    result['training'] = dump(call(True)[0])
    updated = [dump(w) for w in layer.weights]
    if updated != result['weights']:
        result['updated'] = updated
    return result


def legacy():
    """The configs that Keras 2 has for the layers of the cases, where it has the layer and its options, with the case that they belong to."""
    import tf_keras

    lines = []
    for name, cases in CASES.items():
        for i, (config, spec, *_) in enumerate(cases):
            if 'layer' in config or any(isinstance(value, keras.regularizers.Regularizer) for value in config.values()):
                continue
            if name == 'RandomCrop':
                # Keras 2's cuts in inference, too.
                continue
            old_names = {'negative_slope': 'alpha'} if name == 'LeakyReLU' else {}
            try:
                layer = getattr(tf_keras.layers, name)(**{old_names.get(k, k): v for k, v in config.items()})
            except (AttributeError, TypeError, ValueError):
                continue
            if name == 'BatchNormalization':
                # Its config names the axis by its number once it is built.
                layer.build(spec)
            old = {'class_name': type(layer).__name__, 'config': layer.get_config()}
            lines.append(json.dumps({'layer': name, 'case': i, 'old': old}, ensure_ascii=False, default=lambda value: value.tolist()))
    return lines


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    for name, cases in CASES.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        keras.utils.clear_session()
        lines = [json.dumps(case(name, i, c[0], c[1], c[2] if len(c) > 2 else {}), ensure_ascii=False) for i, c in enumerate(cases)]
        with open(os.path.join(folder, f'{name}.jsonl'), 'w') as f:
            f.write('\n'.join(lines) + '\n')
    if 'channels_first' in sys.argv[1:]:
        lines = [json.dumps(case(name, i, {**config, **FIRST}, spec, extra[0] if extra else {})) for i, (name, config, spec, *extra) in enumerate(CHANNELS_FIRST)]
        with open(os.path.join(folder, 'channels-first.jsonl'), 'w') as f:
            f.write('\n'.join(lines) + '\n')
    if len(sys.argv) == 1 or 'legacy' in sys.argv[1:]:
        with open(os.path.join(folder, 'legacy.jsonl'), 'w') as f:
            f.write('\n'.join(legacy()) + '\n')


main()
