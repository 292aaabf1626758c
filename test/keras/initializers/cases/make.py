"""Makes windows.jsonl, scipy's windows without parameters, and stft.jsonl, what Keras's STFT initializer gives.

Usage, with keras 3.15, tensorflow 2.21 and scipy 1.17: python make.py
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras
from scipy.signal.windows import _windows, get_window

CASES = [
    (dict(), [4, 1, 3]), (dict(side='imag', window='hamming', periodic=True), [5, 1, 5]), (dict(window='blackman', scaling='spectrum'), [4, 1, 4]), (dict(side='imag', scaling=None), [3, 1, 3]),
    (dict(window=None), [3, 1, 2]), (dict(window=[0.5, -1.0, 2.0], scaling='spectrum'), [3, 1, 3]),
    # The angles of a large frame are inexact in single precision.
    (dict(), [512, 1, 257], 997),
]


def numbers(values):
    return [float(f'{v:.8g}') for v in values.reshape(-1)]


def windows():
    for names, (_, needs) in _windows._WIN_FUNC_DATA.items():
        if needs is not True:
            # As a tuple, one whose parameters are optional goes without them.
            yield {'names': names, 'values': [[length, periodic, numbers(get_window((names[0],), length, periodic))] for length in (1, 6, 9) for periodic in (False, True)]}


def kernels():
    for config, shape, *every in CASES:
        initializer = keras.initializers.STFT(**config)
        every = every[0] if every else 1
        yield {'config': keras.initializers.serialize(initializer), 'shape': shape, 'every': every, 'values': numbers(initializer(shape, 'float32').numpy().reshape(-1)[::every])}


folder = os.path.dirname(os.path.abspath(__file__))
for name, lines in (('windows', windows()), ('stft', kernels())):
    with open(os.path.join(folder, f'{name}.jsonl'), 'w') as f:
        f.writelines(json.dumps(line) + '\n' for line in lines)
