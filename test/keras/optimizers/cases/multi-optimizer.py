"""Makes the cases of MultiOptimizer: what Keras 3.15 (TensorFlow 2.21, CPU) computes.

Usage: python multi-optimizer.py
Writes multi-optimizer.keras, a model compiled with one, and multi-optimizer.json: the model's weights after two epochs of `fit` in batches of two
and after four steps with one update; and the paths of the weights of layers that hold others. Adds cases to fed-avg.json as its test says.
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import optimizers as O

HERE = os.path.dirname(os.path.abspath(__file__))
X = np.array([[1, 2], [3, -1], [0, 1], [-2, 0.5], [1, 1]], 'float32')
Y = np.array([[1], [0], [2], [-1], [0.5]], 'float32')
C = keras.initializers.Constant


def flat(weights):
    return [round(float(v), 7) for w in weights for v in np.ravel(w)]


def multi(optimizers, default, **options):
    return O.MultiOptimizer(O.OptimizerMap(default, optimizers), **options)


def client(model, optimizer):
    model.compile(optimizer, 'mse')
    model.fit(X, Y, batch_size=2, epochs=2, shuffle=False, verbose=0)
    return flat([v.numpy() for v in model.trainable_variables])


def gradients(model):
    with tf.GradientTape() as tape:
        loss = keras.losses.MeanSquaredError()(Y, model(X, training=True))
    return tape.gradient(loss, [v.value for v in model.trainable_variables])


def server(model, optimizer):
    variables = model.trainable_variables
    optimizer.build(variables)  # for the scale
    for _ in range(4):
        w = [v.numpy() for v in variables]
        after = [a - 0.1 * b for a, b in zip(w, gradients(model))]
        after = [v.constraint(a) if v.constraint is not None else a for v, a in zip(variables, after)]
        scale = getattr(optimizer, 'dynamic_scale', None)
        scale = optimizer.loss_scale_factor or 1 if scale is None else float(scale)
        optimizer.apply_gradients(zip([(a - b) * scale for a, b in zip(w, after)], variables))
    return flat([v.numpy() for v in variables])


def sequential():
    limit = keras.constraints.MaxNorm(0.4)
    return keras.Sequential([
        keras.Input((2,)),
        L.Dense(3, activation='tanh', kernel_initializer=C(0.25), kernel_constraint=limit),
        L.Dense(1, kernel_initializer=C(-0.5)),
    ])


FED_AVG = {
    'MultiOptimizer': lambda: multi({'.*/kernel': O.Adam(0.1)}, O.SGD(0.2)),
    # Of one optimizer the norm is of all its gradients, of two each has its own.
    'MultiOptimizer clipped': lambda: multi({'.*/kernel': O.SGD(0.1, global_clipnorm=0.5)}, O.SGD(0.1, momentum=0.5, global_clipnorm=0.5)),
    'MultiOptimizer accumulating, averaging, decaying': lambda: multi(
        {'.*/bias': O.AdamW(0.1, gradient_accumulation_steps=2, weight_decay=0.1)}, O.RMSprop(0.02, use_ema=True, ema_momentum=0.5)
    ),
    'MultiOptimizer scaled': lambda: multi({'.*/bias': O.SGD(0.1, loss_scale_factor=4)}, O.SGD(0.2, momentum=0.9), loss_scale_factor=16),
    'MultiOptimizer scheduled, with an optimizer for nothing': lambda: multi(
        {'.*/bias': O.SGD(O.schedules.ExponentialDecay(0.2, 2, 0.5)), 'nothing/.*': O.Adam(9.0)}, O.Lion(0.05)
    ),
    'LossScaleOptimizer around MultiOptimizer': lambda: O.LossScaleOptimizer(multi({'.*/bias': O.SGD(0.1)}, O.Adam(0.05)), initial_scale=8),
}


def functional():
    x = keras.Input((2,))
    y = L.Dense(3, activation='tanh', kernel_initializer=C(0.25), kernel_constraint=keras.constraints.MaxNorm(0.4), name='encoder')(x)
    y = L.Dense(2, kernel_initializer=C(0.5), trainable=False, name='frozen')(y)
    y = L.Dense(2, activation='tanh', kernel_initializer=C(0.1), name='middle')(y)
    return keras.Model(x, L.Dense(1, kernel_initializer=C(-0.5), name='head')(y), name='model')


def of_functional():
    return multi(
        {'encoder/kernel': O.Adam(0.1, use_ema=True, ema_momentum=0.9), 'encoder/.*': O.SGD(0.1, momentum=0.9), 'mid.*': O.Lion(0.02)},
        O.RMSprop(0.05, clipnorm=0.5),
        loss_scale_factor=32,
    )


def paths():
    x = keras.Input((4, 3))
    image = keras.Input((3, 4, 4, 2))
    cells = [L.GRUCell(2, name='a'), L.LSTMCell(2, name='b')]
    layers = {
        'bidirectional': (L.Bidirectional(L.LSTM(2, name='l'), name='bi'), [x]),
        'timeDistributed': (L.TimeDistributed(L.Dense(2, name='d'), name='td'), [x]),
        'rnn': (L.RNN(cells, name='r'), [x]),
        'gru': (L.GRU(2, name='g'), [x]),
        'simpleRnn': (L.SimpleRNN(2, name='s'), [x]),
        'convLstm2d': (L.ConvLSTM2D(2, 2, name='c'), [image]),
        'multiHeadAttention': (L.MultiHeadAttention(2, 2, name='m'), [x, x]),
        'groupQueryAttention': (L.GroupQueryAttention(2, 2, 1, name='q'), [x, x]),
        'spectralNormalization': (L.SpectralNormalization(L.Dense(2, name='d'), name='sn'), [x]),
    }
    result = {}
    for name, (layer, inputs) in layers.items():
        layer(*inputs)
        result[name] = [v.path for v in layer.trainable_variables]
    return result


if __name__ == '__main__':
    model = functional()
    model.compile(of_functional(), 'mse')
    model.save(f'{HERE}/multi-optimizer.keras')
    loaded = keras.models.load_model(f'{HERE}/multi-optimizer.keras')
    assert [v.path for v in loaded.variables] == [v.path for v in model.variables]
    own = {'client': client(functional(), of_functional()), 'server': server(functional(), of_functional()), 'paths': paths()}
    with open(f'{HERE}/multi-optimizer.json', 'w') as file:
        json.dump(own, file, indent=2)
    with open(f'{HERE}/fed-avg.json') as file:
        cases = json.load(file)
    for name, make in FED_AVG.items():
        config = keras.saving.serialize_keras_object(make())
        cases[name] = {'config': config, 'client': client(sequential(), make()), 'server': server(sequential(), make())}
    with open(f'{HERE}/fed-avg.json', 'w') as file:
        json.dump(cases, file, indent=2)
