"""Makes the cases of the recurrent layers' tests: what Keras computes for layers of small shapes.

Usage, with keras 3.15 and tensorflow 2.21: python make_recurrent.py
Writes recurrent.jsonl beside itself, a case a line: config, inputs (the sequence, then initial states), mask, weights, outputs (with the states).
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np

L = keras.layers
SEQUENCE = [2, 5, 3]
# Longer than the pieces in which sequences of unknown length are gone through.
LONG = [2, 19, 3]
ALL = dict(return_sequences=True, return_state=True)


def cases():
    for make, states in (
        (lambda **o: L.SimpleRNN(4, **o), 1),
        (lambda **o: L.GRU(4, **o), 1),
        (lambda **o: L.GRU(4, reset_after=False, **o), 1),
        (lambda **o: L.LSTM(4, **o), 2),
        (lambda **o: L.RNN([L.LSTMCell(3), L.GRUCell(4), L.SimpleRNNCell(2)], **o), None),
    ):
        yield make(), SEQUENCE, {}
        yield make(**ALL), LONG, {}
        yield make(**ALL), LONG, {'mask': True}
        yield make(**ALL, go_backwards=True), SEQUENCE, {'mask': True}
        yield make(zero_output_for_mask=True, **ALL), SEQUENCE, {'mask': True}
        yield make(), SEQUENCE, {'mask': True}
        if states is not None:
            yield make(use_bias=False, **ALL), SEQUENCE, {'states': [[2, 4]] * states}
            yield make(activation='softsign', unroll=True, **ALL), SEQUENCE, {'states': [[2, 4]] * states, 'mask': True}
    yield L.GRU(3, recurrent_activation='hard_sigmoid', activation='relu'), SEQUENCE, {}
    yield L.LSTM(3, recurrent_activation='hard_sigmoid', activation='elu', kernel_regularizer='l2'), SEQUENCE, {}
    yield L.RNN(L.LSTMCell(2), **ALL), SEQUENCE, {'states': [[2, 2], [2, 2]]}
    yield L.ConvLSTM1D(2, 3, **ALL), [2, 3, 6, 2], {}
    yield L.ConvLSTM1D(2, 2, dilation_rate=2, padding='same', return_sequences=True), [2, 18, 4, 1], {'mask': True}
    yield L.ConvLSTM2D(2, 2, **ALL), [2, 3, 3, 4, 1], {}
    yield L.ConvLSTM2D(2, (1, 3), strides=(1, 2), padding='same', use_bias=False, go_backwards=True, activation='sigmoid'), [2, 3, 3, 4, 2], {}
    yield L.ConvLSTM2D(1, 2, padding='same', **ALL), [2, 4, 2, 3, 1], {'mask': True}
    yield L.ConvLSTM3D(1, 2, padding='same', **ALL), [2, 3, 2, 2, 3, 1], {}
    for merge in ('concat', 'sum', 'mul', 'ave', None):
        yield L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=merge), LONG, {'mask': True}
        yield L.Bidirectional(L.GRU(2), merge_mode=merge), SEQUENCE, {}
    yield L.Bidirectional(L.SimpleRNN(2, **ALL), backward_layer=L.SimpleRNN(2, activation='relu', go_backwards=True, **ALL)), SEQUENCE, {'mask': True}
    yield L.Bidirectional(L.LSTM(2, return_state=True)), SEQUENCE, {'states': [[2, 2]] * 4}
    yield L.Bidirectional(L.ConvLSTM1D(1, 2, return_sequences=True)), [2, 3, 4, 1], {}
    yield L.TimeDistributed(L.BatchNormalization(momentum=0.6)), LONG, {'training': True}
    yield L.TimeDistributed(L.Dense(2)), SEQUENCE, {'mask': True}


def dump(x):
    x = np.asarray(x)
    data = x.ravel().tolist()
    return {'dtype': str(x.dtype), 'shape': list(x.shape), 'data': data if x.dtype == bool else [float(f'{v:.8g}') for v in data]}


def main():
    keras.utils.clear_session()
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'recurrent.jsonl')
    with open(path, 'w') as file:
        for k, (layer, shape, options) in enumerate(cases()):
            rng = np.random.default_rng(k)
            uniform = lambda s: rng.uniform(-1, 1, s).round(3).astype('float32')
            x = uniform(shape)
            states = [uniform(s) for s in options.get('states', [])]
            arguments = {'initial_state': states} if states else {}
            if options.get('mask'):
                mask = rng.uniform(0, 1, shape[:2]) < 0.6
                arguments['mask'] = mask
            layer.build(x.shape)
            for w in layer.weights:
                w.assign(np.abs(uniform(w.shape)) + 0.5 if 'variance' in w.name else uniform(w.shape))
            config = keras.saving.serialize_keras_object(layer)
            config.pop('build_config', None)
            case = {'config': config, 'inputs': [dump(v) for v in [x, *states]], 'weights': [dump(w) for w in layer.weights]}
            if 'mask' in arguments:
                case['mask'] = dump(mask)
            if options.get('training'):
                case['training'] = True
                arguments['training'] = True
            outputs = layer(x, **arguments)
            case['outputs'] = [dump(y) for y in keras.tree.flatten(outputs)]
            case['after'] = [dump(w) for w in layer.weights]
            file.write(json.dumps(case) + '\n')


main()
