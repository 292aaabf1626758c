"""Makes the files that the tests of loading read: what Keras 3 and Keras 2 write for small models, and what the models predict.

Usage, with keras 3.15, tf_keras and tensorflow 2.21: python make.py
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np
import tensorflow as tf
import tf_keras

FOLDER = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1)


def fill(model):
    for w in model.weights:
        values = rng.uniform(-0.8, 0.8, w.shape)
        w.assign(np.abs(values) + 0.5 if 'variance' in w.name else values)


def branches(k, hard_sigmoid):
    """A model in a model, a layer used twice, recurrent layers, frozen ones, moving averages."""
    layers = k.layers
    inner = k.Sequential([layers.Dense(3, activation='relu', name='first'), layers.BatchNormalization(name='norm')], name='inner')
    x = k.Input([5], dtype='int32', name='words')
    y = layers.Embedding(7, 4, name='embedding')(x)
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True, recurrent_activation=hard_sigmoid), name='both')(y)
    y = layers.TimeDistributed(layers.Dense(3, trainable=False, name='each'), name='steps')(y)
    y = layers.GRU(3, reset_after=False, recurrent_activation=hard_sigmoid, name='gru')(y)
    y = layers.Add(name='sum')([inner(y), inner(layers.Activation(hard_sigmoid, name='gate')(y))])
    return k.Model(x, [layers.Dense(2, activation=hard_sigmoid, name='head')(y), layers.LeakyReLU(name='leaky')(y)], name='branches')


def compiled(model, k):
    schedule = k.optimizers.schedules.ExponentialDecay(0.1, 20, 0.5)
    model.compile(k.optimizers.Adam(schedule, beta_1=0.8), loss={'head': 'mse', 'leaky': k.losses.Huber(0.5)}, loss_weights={'head': 2.0, 'leaky': 1.0})
    return model


def text():
    """Layers whose vocabulary was adapted: Keras keeps it in files of its own."""
    words = keras.layers.StringLookup(num_oov_indices=1, output_mode='multi_hot', name='words')
    words.adapt(tf.constant(['a', 'b', 'b', 'ü c', 'c', 'c']))
    numbers = keras.layers.IntegerLookup(name='numbers')
    numbers.adapt(np.array([5, 5, 7, -3]))
    a, b = keras.Input([3], dtype='string', name='a'), keras.Input([2], dtype='int64', name='b')
    e = keras.layers.Flatten()(keras.layers.Embedding(5, 2)(numbers(b)))
    return keras.Model([a, b], keras.layers.Dense(2)(keras.layers.Concatenate()([words(a), e])))


def operations():
    """Operations of keras.ops between layers, and attention."""
    x = keras.Input([4, 3], name='x')
    y = keras.layers.MultiHeadAttention(num_heads=2, key_dim=2, name='attention')(x, x)
    y = keras.ops.concatenate([x * 2.0 - y, keras.ops.transpose(keras.ops.reshape(y, [-1, 3, 4]), [0, 2, 1])], axis=-1)
    return keras.Model(x, keras.ops.mean(keras.layers.LayerNormalization()(y), axis=1))


def nested():
    """A functional model inside of one, used several times, and as an output."""
    i = keras.Input([3])
    inner = keras.Model(i, keras.layers.Dense(3, name='own')(i), name='inner')
    seq = keras.Sequential([keras.Input([3]), keras.layers.Dense(3, name='own')], name='seq')
    x = keras.Input([3], name='x')
    y = inner(x)
    z = inner(seq(y))
    return keras.Model(x, [keras.layers.Dense(1)(z), inner(keras.layers.Dense(3)(z)), seq(z), y])


def own():
    """Layers of docs/own-layers.md, in layers that hold them."""
    with open(os.path.join(FOLDER, '../../../../docs/own-layers.md')) as f:
        classes = {}
        exec(f.read().split('```python')[1].split('```')[0], classes)
    x = keras.Input([3, 2], name='x')
    y = keras.layers.TimeDistributed(classes['Gain'](0.5, gain_initializer=keras.initializers.Constant(2.0), name='gain'), name='steps')(x)
    return keras.Model(x, keras.layers.RNN(classes['Decay'](4), return_sequences=True)(y))


def predictions(model, *inputs):
    outputs = model.predict(list(inputs) if len(inputs) > 1 else inputs[0], verbose=0)
    return [np.asarray(y).tolist() for y in (outputs if isinstance(outputs, list) else [outputs])]


def main():
    path = lambda name: os.path.join(FOLDER, name)
    numbers = rng.integers(0, 7, [2, 5]).astype('int32')
    expected = {}

    keras2 = compiled(branches(tf_keras, 'hard_sigmoid'), tf_keras)
    fill(keras2)
    expected['keras2'] = {'inputs': [numbers.tolist()], 'outputs': predictions(keras2, numbers)}
    for name in ('keras2.keras', 'keras2.h5'):
        keras2.save(path(name))
    for name in ('keras2.weights.h5', 'keras2-weights.h5'):
        keras2.save_weights(path(name))

    keras3 = compiled(branches(keras, 'hard_sigmoid'), keras)
    fill(keras3)
    expected['keras3'] = {'inputs': [numbers.tolist()], 'outputs': predictions(keras3, numbers)}
    for name in ('keras3.keras', 'keras3.h5'):
        keras3.save(path(name))
    keras3.save_weights(path('keras3.weights.h5'))

    model = text()
    fill(model)
    a, b = np.array([['a', 'c', 'x'], ['ü c', 'b', 'b']]), np.array([[5, -3], [7, 9]])
    expected['text'] = {'inputs': [a.tolist(), b.tolist()], 'outputs': predictions(model, tf.constant(a), tf.constant(b))}
    model.save(path('text.keras'))

    model = operations()
    fill(model)
    x = rng.uniform(-1, 1, [2, 4, 3]).astype('float32')
    expected['operations'] = {'inputs': [x.tolist()], 'outputs': predictions(model, x)}
    model.save(path('operations.keras'))

    model = nested()
    fill(model)
    x = rng.uniform(-1, 1, [2, 3]).astype('float32')
    expected['nested'] = {'inputs': [x.tolist()], 'outputs': predictions(model, x)}
    model.save(path('nested.keras'))

    model = own()
    fill(model)
    x = rng.uniform(-1, 1, [2, 3, 2]).astype('float32')
    expected['own'] = {'inputs': [x.tolist()], 'outputs': predictions(model, x)}
    model.save(path('own.keras'))

    with open(path('expected.json'), 'w') as f:
        json.dump(expected, f, ensure_ascii=False)


main()
