"""Makes the cases of the operations' tests: functional models of one or two of Keras's operations, and what Keras computes for them.

Usage, with keras 3.15 and tensorflow 2.21: python make.py
Writes operations.jsonl beside itself, a case a line: the model's config, its inputs and its outputs.
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np
from keras import ops

X = ((3, 4), 'float32')
Y = ((3, 4), 'float32')
POSITIVE = ((3, 4), 'positive')
UNIT = ((3, 4), 'unit')
I = ((3,), 'int32')
B = ((3, 4), 'bool')

UNARY = {
    X: 'abs absolute square sign negative copy exp exp2 expm1 sin cos tan sinh cosh tanh arctan arcsinh floor ceil round isnan isfinite isinf '
    'relu relu6 sigmoid sparse_sigmoid softplus softsign soft_shrink sparse_plus silu squareplus log_sigmoid leaky_relu hard_sigmoid hard_silu elu selu gelu '
    'celu glu tanh_shrink hard_tanh hard_shrink softmax log_softmax erf erfc stop_gradient zeros_like ones_like sum prod mean max min amax amin var std '
    'logsumexp cumsum cumprod argmax argmin ravel transpose normalize count_nonzero any all average',
    POSITIVE: 'sqrt rsqrt log log1p log2 log10 reciprocal arccosh',
    UNIT: 'arcsin arccos arctanh erfinv',
    B: 'logical_not any all sum mean',
    I: 'sum mean cumsum sqrt abs exp',
}
BINARY = (
    'add subtract multiply divide true_divide divide_no_nan floor_divide mod power maximum minimum equal not_equal less less_equal greater greater_equal '
    'arctan2 logaddexp logical_and logical_or logical_xor'
).split()


def cases():
    for spec, names in UNARY.items():
        for name in names.split():
            f = getattr(ops, name)
            yield f'{name} of {spec[1]}', [spec], f
    for name in BINARY:
        f = getattr(ops, name)
        positive = name in ('power', 'mod', 'floor_divide')
        left = POSITIVE if positive else X
        yield f'{name} of tensors', [left, POSITIVE], f
        yield f'{name} of a tensor and a number', [left], lambda x, f=f: f(x, 2)
        yield f'{name} of a number and a tensor', [POSITIVE], lambda x, f=f: f(2.5, x)
    for name in ('sum', 'prod', 'mean', 'max', 'min', 'var', 'std', 'any', 'all', 'logsumexp', 'average', 'count_nonzero'):
        f = getattr(ops, name)
        yield f'{name} over an axis', [X], lambda x, f=f: f(x, axis=1)
        if name != 'average':
            yield f'{name} over the last axes', [X], lambda x, f=f: f(x, axis=(1, -1))
    for name in ('sum', 'max', 'std', 'any', 'logsumexp', 'argmax', 'argmin', 'norm'):
        f = getattr(ops, name)
        yield f'{name} with axes kept', [X], lambda x, f=f: f(x, axis=-1, keepdims=True)
    yield from [
        ('x + 1', [X], lambda x: x + 1),
        ('1 - x', [X], lambda x: 1 - x),
        ('x // 2', [I], lambda i: i // 2),
        ('x % 2', [I], lambda i: i % 2),
        ('integers by a fraction', [I], lambda i: i * 1.5),
        ('integers divided', [I], lambda i: i / 2),
        ('integers and floats', [I, ((3,), 'float32')], lambda i, x: i + x),
        ('truth values and floats', [B, X], lambda b, x: x * ops.cast(b, 'float32')),
        ('broadcast', [((3, 4), 'float32'), ((1, 4), 'float32')], lambda x, y: x * y),
        ('a constant tensor', [X], lambda x: x + np.arange(4, dtype='float32')),
        ('where, numbers', [X], lambda x: ops.where(x > 0, x, 0.0)),
        ('where, tensors', [B, X, Y], ops.where),
        ('clip', [X], lambda x: ops.clip(x, -0.5, 0.25)),
        ('cast to integers', [X], lambda x: ops.cast(x * 5, 'int32')),
        ('cast to truth values', [X], lambda x: ops.cast(x > 0, 'bool')),
        ('full like', [X], lambda x: ops.full_like(x, 2.5)),
        ('round to decimals', [X], lambda x: ops.round(x, 1)),
        ('leaky relu', [X], lambda x: ops.leaky_relu(x, 0.3)),
        ('elu', [X], lambda x: ops.elu(x, 0.5)),
        ('gelu by the error function', [X], lambda x: ops.gelu(x, approximate=False)),
        ('threshold', [X], lambda x: ops.threshold(x, 0.2, -1.0)),
        ('softmax over an inner axis', [X], lambda x: ops.softmax(x, axis=1)),
        ('cumsum along an axis', [X], lambda x: ops.cumsum(x, axis=1)),
        ('cumprod along an axis', [X], lambda x: ops.cumprod(x, axis=-1)),
        ('norm of order 1', [X], lambda x: ops.norm(x, ord=1, axis=-1)),
        ('norm of order 2', [X], lambda x: ops.norm(x, ord=2, axis=1)),
        ('top k', [X], lambda x: ops.top_k(x, 2)),
        ('reshape', [X], lambda x: ops.reshape(x, (-1, 2, 6))),
        ('transpose', [X], lambda x: ops.transpose(x, (2, 0, 1))),
        ('swapaxes', [X], lambda x: ops.swapaxes(x, 1, -1)),
        ('moveaxis', [((2, 3, 4), 'float32')], lambda x: ops.moveaxis(x, (1, 3), (3, 2))),
        ('expand dims', [X], lambda x: ops.expand_dims(x, 1)),
        ('expand dims at several places', [X], lambda x: ops.expand_dims(x, (1, -1))),
        ('squeeze', [((1, 3, 1), 'float32')], lambda x: ops.squeeze(x, axis=(1, 3))),
        ('concatenate', [X, ((3, 2), 'float32')], lambda x, y: ops.concatenate([x, y], axis=-1)),
        ('stack', [X, Y], lambda x, y: ops.stack([x, y], axis=1)),
        ('split', [X], lambda x: ops.split(x, 2, axis=-1)),
        ('split at indices', [X], lambda x: ops.split(x, [1, 3], axis=2)),
        ('unstack', [X], lambda x: ops.unstack(x, axis=1)),
        ('x[:, 1]', [X], lambda x: x[:, 1]),
        ('x[:, -1, 1:]', [X], lambda x: x[:, -1, 1:]),
        ('x[..., ::2]', [X], lambda x: x[..., ::2]),
        ('x[:, None, 0:2]', [X], lambda x: x[:, None, 0:2]),
        ('x[0]', [X], lambda x: x[0]),
        ('take', [X, I], lambda x, i: ops.take(x, i[0] % 3, axis=1)),
        ('take from the end', [X], lambda x: ops.take(x, [-1, 0], axis=-1)),
        ('flip', [X], lambda x: ops.flip(x, axis=1)),
        ('repeat', [X], lambda x: ops.repeat(x, 2, axis=1)),
        ('tile', [X], lambda x: ops.tile(x, (1, 2, 1))),
        ('pad', [X], lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1)))),
        ('pad with a value', [X], lambda x: ops.pad(x, ((0, 0), (1, 0), (0, 0)), constant_values=3.0)),
        ('pad by reflection', [X], lambda x: ops.pad(x, ((0, 0), (1, 1), (2, 1)), mode='reflect')),
        ('one hot', [I], lambda i: ops.one_hot(i, 4)),
        ('one hot on an inner axis', [I], lambda i: ops.one_hot(i, 4, axis=1)),
        ('matmul', [X, ((4, 2), 'float32')], ops.matmul),
        ('matmul with a constant', [X], lambda x: x @ np.ones((4, 2), 'float32')),
        ('matmul with a vector', [X], lambda x: ops.matmul(x, np.arange(4, dtype='float32'))),
        ('dot', [X], lambda x: ops.dot(x, np.ones((4, 2), 'float32'))),
        ('tensordot', [X], lambda x: ops.tensordot(x, np.ones((3, 4, 2), 'float32'), axes=2)),
        ('tensordot over axes', [X], lambda x: ops.tensordot(x, np.ones((2, 3), 'float32'), axes=[[1], [1]])),
        ('inner', [X], lambda x: ops.inner(x, np.ones((2, 4), 'float32'))),
        ('outer', [X], lambda x: ops.outer(ops.sum(x, axis=(0, 2)), np.arange(2, dtype='float32'))),
        ('broadcast to', [X], lambda x: ops.broadcast_to(ops.sum(x, axis=0, keepdims=True), (5, 3, 4))),
        ('einsum', [X, Y], lambda x, y: ops.einsum('bij,bkj->bik', x, y)),
        ('einsum of one', [X], lambda x: ops.einsum('bij->bji', x)),
        *[(name, [X], getattr(ops, name)) for name in 'trunc cbrt fabs deg2rad rad2deg isneginf isposinf ptp sort argsort fliplr flipud'.split()],
        *[(f'{name} of tensors', [X, Y], getattr(ops, name)) for name in 'hypot heaviside logaddexp2 fmod append'.split()],
        *[(f'{name} of integers', [I, I], getattr(ops, name)) for name in 'bitwise_and bitwise_or bitwise_xor'.split()],
        ('bitwise invert', [I], ops.bitwise_invert),
        ('bitwise not', [I], ops.bitwise_not),
        ('sinc, at zero too', [X], lambda x: ops.sinc(ops.relu(x))),
        ('heaviside at zero', [X], lambda x: ops.heaviside(ops.relu(x), np.full([4], 0.5, 'float32'))),
        ('ptp over an axis', [X], lambda x: ops.ptp(x, axis=1, keepdims=True)),
        ('sort along an axis', [X], lambda x: ops.sort(x, axis=1)),
        ('sort of integers', [I], ops.sort),
        ('argsort along an axis', [X], lambda x: ops.argsort(x, axis=1)),
        ('roll', [X], lambda x: ops.roll(x, 2, axis=1)),
        ('roll along axes', [X], lambda x: ops.roll(x, (1, -1), axis=(1, 2))),
        ('roll of all', [X], lambda x: ops.roll(x, 5)),
        ('diagonal', [X], lambda x: ops.diagonal(x, axis1=1, axis2=2)),
        ('diagonal of other axes, apart', [((3, 4, 2), 'float32')], lambda x: ops.diagonal(x, offset=-1, axis1=2, axis2=1)),
        ('trace', [X], lambda x: ops.trace(x, axis1=1, axis2=2)),
        ('tril', [X], ops.tril),
        ('tril above', [X], lambda x: ops.tril(x, k=1)),
        ('tril below', [X], lambda x: ops.tril(x, k=-1)),
        ('triu', [X], ops.triu),
        ('triu below', [X], lambda x: ops.triu(x, k=-1)),
        ('diff', [X], ops.diff),
        ('diff, twice', [X], lambda x: ops.diff(x, n=2, axis=1)),
        ('hstack', [X, ((2, 4), 'float32')], lambda x, y: ops.hstack([x, y])),
        ('vstack', [X, Y], lambda x, y: ops.vstack([x, y])),
        ('append along an axis', [X, Y], lambda x, y: ops.append(x, y, axis=1)),
        ('mask of a sequence', [X], lambda x: ops.any(ops.not_equal(x, 0.0), axis=-1)),
    ]


def values(spec, rng):
    shape, kind = spec
    shape = [2, *shape]
    if kind == 'int32':
        return rng.integers(0, 4, shape).astype('int32')
    if kind == 'bool':
        return rng.uniform(0, 1, shape) < 0.5
    low, high = {'float32': (-1, 1), 'positive': (1, 3), 'unit': (-0.9, 0.9)}[kind]
    return rng.uniform(low, high, shape).astype('float32')


def dump(x):
    x = np.asarray(x)
    return {'dtype': str(x.dtype), 'shape': list(x.shape), 'data': x.ravel().tolist()}


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'operations.jsonl')
    with open(path, 'w') as file:
        for k, (name, specs, f) in enumerate(cases()):
            keras.utils.clear_session()
            rng = np.random.default_rng(k)
            xs = [values(spec, rng) for spec in specs]
            inputs = [keras.Input(x.shape[1:], dtype=str(x.dtype)) for x in xs]
            outputs = f(*inputs)
            outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
            model = keras.Model(inputs, outputs)
            results = model(xs)
            results = list(results) if isinstance(results, (list, tuple)) else [results]
            config = json.loads(model.to_json())
            line = {'name': name, 'config': config, 'inputs': [dump(x) for x in xs], 'outputs': [dump(y) for y in results]}
            file.write(json.dumps(line) + '\n')


main()
