"""transformer_data.py DIR: writes DIR/data/transformer/{x,y}.npy, w<i>.npy, init.npz, meta.json with the peers' gen_data.py (fixed seed)."""
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from gen_data import glorot, save

CLIENTS, EXAMPLES, STEPS, VOCABULARY, WIDTH, HEADS, BLOCKS = 10, 64, 64, 1000, 128, 4, 2


def tokens(rng):
  """An order-1 Markov chain, peaked transitions."""
  logits = rng.normal(size=(VOCABULARY, VOCABULARY)) * 3.0
  p = np.exp(logits - logits.max(1, keepdims=True))
  cdf = (p / p.sum(1, keepdims=True)).cumsum(1)
  s = np.zeros((CLIENTS, EXAMPLES, STEPS + 1), np.int32)
  s[..., 0] = rng.integers(VOCABULARY, size=(CLIENTS, EXAMPLES))
  for t in range(STEPS):
    u = rng.random((CLIENTS, EXAMPLES, 1))
    s[..., t + 1] = np.minimum((cdf[s[..., t]] < u).sum(-1), VOCABULARY - 1)
  return np.ascontiguousarray(s[..., :STEPS]), np.ascontiguousarray(s[..., 1:])


def weights(rng):
  """Names and values, in Keras' layout."""
  zeros, ones = (lambda *s: np.zeros(s, np.float32)), (lambda *s: np.ones(s, np.float32))
  uniform = lambda *s: rng.uniform(-0.05, 0.05, size=s).astype(np.float32)
  size = WIDTH // HEADS
  dense = lambda name, n, m: [(f'{name}/kernel', glorot(rng, (n, m), n, m)), (f'{name}/bias', zeros(m))]
  norm = lambda name: [(f'{name}/gamma', ones(WIDTH)), (f'{name}/beta', zeros(WIDTH))]
  split = lambda name: [(f'{name}/kernel', glorot(rng, (WIDTH, HEADS, size), WIDTH, WIDTH)), (f'{name}/bias', zeros(HEADS, size))]
  out = [('embedding', uniform(VOCABULARY, WIDTH)), ('positions', uniform(STEPS, WIDTH))]
  for i in range(BLOCKS):
    b = f'block{i}'
    out += norm(f'{b}/norm1') + split(f'{b}/query') + split(f'{b}/key') + split(f'{b}/value')
    out += [(f'{b}/output/kernel', glorot(rng, (HEADS, size, WIDTH), WIDTH, WIDTH)), (f'{b}/output/bias', zeros(WIDTH))]
    out += norm(f'{b}/norm2') + dense(f'{b}/dense1', WIDTH, 4 * WIDTH) + dense(f'{b}/dense2', 4 * WIDTH, WIDTH)
  return out + norm('norm') + dense('dense', WIDTH, VOCABULARY)


rng = np.random.default_rng(4)
x, y = tokens(rng)
names, values = zip(*weights(rng))
save('transformer', x, y, list(values), list(names), dict(batch=8, epochs=1, lr=0.5, classes=VOCABULARY))
