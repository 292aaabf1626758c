"""Makes multi-head.jsonl: what Keras computes for attention between sequences. Usage, with keras 3.15 and tensorflow 2.21: python make_multi_head.py"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import keras
import numpy as np
from keras.src import backend

CASES = [
    ('GroupQueryAttention', dict(head_dim=2, num_query_heads=4, num_key_value_heads=2), {}),
    ('GroupQueryAttention', dict(head_dim=3, num_query_heads=3, num_key_value_heads=1, use_bias=False), dict(use_causal_mask=True)),
    ('GroupQueryAttention', dict(head_dim=2, num_query_heads=2, num_key_value_heads=2, use_gate=True, sliding_window=2), {}),
    ('GroupQueryAttention', dict(head_dim=2, num_query_heads=4, num_key_value_heads=2, sliding_window=1), dict(use_causal_mask=True, key=True)),
    ('MultiHeadAttention', dict(num_heads=2, key_dim=3, value_dim=2, use_gate=True, output_shape=5), dict(use_causal_mask=True)),
    ('MultiHeadAttention', dict(num_heads=1, key_dim=2, sliding_window=2), dict(key=True)),
    ('MultiHeadAttention', dict(num_heads=2, key_dim=2, output_shape=(2, 3)), {}),
]


def dump(array):
    array = np.asarray(array)
    return {'dtype': str(array.dtype), 'shape': list(array.shape), 'data': [float(f'{v:.7g}') for v in array.reshape(-1).tolist()]}


lines = []
for i, (name, config, args) in enumerate(CASES):
    rng = np.random.default_rng(i)
    uniform = lambda shape: rng.uniform(-1, 1, shape).round(3).astype('float32')
    inputs = [uniform([2, 3, 4]), uniform([2, 3, 5])] + ([uniform([2, 3, 6])] if args.get('key') else [])
    layer = getattr(keras.layers, name)(name='attention', **config)
    named = dict(use_causal_mask=args.get('use_causal_mask', False), **({'key': inputs[2]} if args.get('key') else {}))
    layer(inputs[0], inputs[1], **named)
    for w in layer.weights:
        w.assign(uniform(w.shape))
    output = layer(inputs[0], inputs[1], **named)
    lines.append(json.dumps({'config': keras.saving.serialize_keras_object(layer), 'causal': named['use_causal_mask'], 'inputs': [dump(x) for x in inputs], 'weights': [dump(w) for w in layer.weights], 'output': dump(output)}))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'multi-head.jsonl'), 'w') as f:
    f.write('\n'.join(lines) + '\n')
