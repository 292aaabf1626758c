"""Makes the summaries that the tests compare with: `.keras` files' configs, and what Keras prints for them.

Usage, with keras 3.15: python make.py
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
# The width that rich takes for a terminal's.
os.environ['COLUMNS'] = '200'
import keras

layers = keras.layers


def sequential():
    return keras.Sequential([
        keras.Input([28, 28, 1]), layers.Conv2D(32, 5, activation='relu'), layers.MaxPooling2D(), layers.Flatten(),
        layers.BatchNormalization(name='a_name_that_is_much_too_long_for_its_column_in_the_table'),
        layers.Dense(1200, name='big', trainable=False), layers.Dropout(0.5), layers.Dense(10, dtype='float64'),
    ], name='cnn')


def graph():
    inner = keras.Sequential([keras.Input([4]), layers.Dense(4, name='own')], name='inner')
    a, b = keras.Input([4], name='a'), keras.Input([5], dtype='int32', name='b')
    h, c = layers.LSTM(3, return_state=True, name='states')(layers.Embedding(10, 2)(b))[1:]
    y = layers.Concatenate(name='join')([inner(a), inner(a * 2.0), h, c])
    return keras.Model([a, b], [layers.Dense(1, name='one')(y), y], name='graph')


def chain():
    x = keras.Input([3])
    return keras.Model(x, layers.Dense(9)(layers.Normalization()(x)), name='chain')


CASES = [
    (sequential, {}), (sequential, dict(line_length=88)), (sequential, dict(line_length=100, show_trainable=True)), (sequential, dict(line_length=50)),
    (sequential, dict(layer_range=['flatten', 'big'])), (sequential, dict(layer_range=['big', 'max'])), (graph, {}),
    (graph, dict(line_length=108, expand_nested=True)), (graph, dict(line_length=90, show_trainable=True, expand_nested=True)),
    (graph, dict(positions=[0.4, 0.6, 0.7, 1.0])), (chain, dict(line_length=60)), (chain, dict(positions=[0.2, 0.4, 1.0])),
]


def main():
    cases = []
    for make, options in CASES:
        keras.utils.clear_session()
        model = make()
        lines = []
        model.summary(print_fn=lines.append, **{'line_length': 76, **options})
        config = json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
        cases.append({'config': config, 'options': {'line_length': 76, **options}, 'text': '\n'.join(lines).rstrip('\n')})
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'summaries.jsonl'), 'w') as f:
        f.write('\n'.join(json.dumps(c, ensure_ascii=False) for c in cases) + '\n')


main()
