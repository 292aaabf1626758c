"""The transformer in plain TensorFlow, by hand; to be run with the peers' common.py on PYTHONPATH. Variants as in bench_tf.py:
  graph           one tf.function per client, tf.while over the batches (default)
  par             graph, two clients at a time (2 Python threads, intra_op=1)
  xla / parxla    the same with jit_compile=True
  vmap / vmapxla  all clients of the round at once (tf.vectorized_map)
"""
import os
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
import time
import numpy as np
import common
wl, rounds, variant = common.args()
variant = variant or 'graph'
import tensorflow as tf
from concurrent.futures import ThreadPoolExecutor

if variant.startswith('par'):
  tf.config.threading.set_intra_op_parallelism_threads(1)
  tf.config.threading.set_inter_op_parallelism_threads(2)
XLA = variant.endswith('xla')
B, S, LR = wl.batch, wl.steps, wl.lr
T, D, H, V = 64, 128, 4, 1000
K = D // H
MASK = tf.constant(np.triu(np.full((T, T), -3e38, np.float32), 1))


def norm(x, gamma, beta):
  mean, variance = tf.nn.moments(x, -1, keepdims=True)
  return (x - mean) * tf.math.rsqrt(variance + 1e-5) * gamma + beta


def dense(x, kernel, bias):
  n = bias.shape.num_elements()
  return tf.nn.bias_add(tf.matmul(x, tf.reshape(kernel, [-1, n])), tf.reshape(bias, [n]))


def attention(x, w):
  q, k, v = (tf.transpose(tf.reshape(dense(x, w[i], w[i + 1]), [B, T, H, K]), [0, 2, 1, 3]) for i in (0, 2, 4))
  a = tf.nn.softmax(tf.matmul(q * K ** -0.5, k, transpose_b=True) + MASK)
  return dense(tf.reshape(tf.transpose(tf.matmul(a, v), [0, 2, 1, 3]), [B * T, D]), w[6], w[7])


def loss(w, x, y):
  h = tf.reshape(tf.gather(w[0], x) + w[1], [B * T, D])
  for i in (2, 18):
    h += attention(norm(h, w[i], w[i + 1]), w[i + 2:i + 10])
    h += dense(tf.nn.relu(dense(norm(h, w[i + 10], w[i + 11]), w[i + 12], w[i + 13])), w[i + 14], w[i + 15])
  logits = dense(norm(h, w[34], w[35]), w[36], w[37])
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(y, [-1]), logits))


def train(w0, losses, xs, ys):
  def body(i, tot, *w):
    w = list(w)
    with tf.GradientTape() as t:
      t.watch(w)
      l = losses(w, xs[i], ys[i])
    g = [tf.convert_to_tensor(v) for v in t.gradient(l, w)]
    return (i + 1, tot + tf.reduce_mean(l), *[a - LR * b for a, b in zip(w, g)])
  st = tf.while_loop(lambda i, *_: i < S, body, (0, 0.0, *w0), maximum_iterations=S)
  return list(st[2:]), st[1] / S


@tf.function(jit_compile=XLA, autograph=False)
def client(w0, xs, ys):
  """w0: weights; xs [S, B, T]. Returns new weights and the mean of the batch losses."""
  return train(w0, loss, xs, ys)


@tf.function(jit_compile=XLA, autograph=False)
def all_clients(w0, xs, ys):  # xs [S, C, B, T]
  each = lambda w, x, y: tf.vectorized_map(lambda a: loss(a[:-2], a[-2], a[-1]), tuple(w) + (x, y))
  w, l = train([tf.tile(v[None], [wl.clients] + [1] * len(v.shape)) for v in w0], each, xs, ys)
  return [tf.reduce_mean(v, 0) for v in w], l


@tf.function(autograph=False)
def add(acc, w, k):
  return [a + b * k for a, b in zip(acc, w)]


xs = wl.x.reshape((wl.clients, S, B) + wl.x.shape[2:])
ys = wl.y.reshape((wl.clients, S, B) + wl.y.shape[2:])
w = [tf.constant(v) for v in wl.weights]
X, Y = tf.constant(np.swapaxes(xs, 0, 1)), tf.constant(np.swapaxes(ys, 0, 1))
data = [(tf.constant(a), tf.constant(b)) for a, b in zip(xs, ys)]
pool = ThreadPoolExecutor(2)
times = []
for r in range(common.WARMUP + rounds):
  t = time.perf_counter()
  if variant.startswith('vmap'):
    w, total = all_clients(w, X, Y)
  else:
    acc, total = [tf.zeros_like(v) for v in w], 0.0
    k = tf.constant(1.0 / wl.clients)
    results = (pool.map(lambda d: client(w, *d), data) if variant.startswith('par') else (client(w, *d) for d in data))
    for cw, l in results:
      acc = add(acc, cw, k)
      total += l / wl.clients
    w = acc
  total = float(total)
  w[0].numpy()
  times.append(time.perf_counter() - t)
common.report('tf-' + variant, wl, times, total, [v.numpy() for v in w])
