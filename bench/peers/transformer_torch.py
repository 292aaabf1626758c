"""The transformer as a plain torch loop; to be run with the peers' common.py on PYTHONPATH. Variants: one (default), t1 (one thread)."""
import time
import common
wl, rounds, variant = common.args()
variant = variant or 'one'
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
if variant == 't1':
  torch.set_num_threads(1)
T, D, H, V = 64, 128, 4, 1000


class Block(nn.Module):
  def __init__(self):
    super().__init__()
    self.norm1, self.norm2 = nn.LayerNorm(D, eps=1e-5), nn.LayerNorm(D, eps=1e-5)
    self.query, self.key, self.value, self.output = (nn.Linear(D, D) for _ in range(4))
    self.dense1, self.dense2 = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)

  def forward(self, x):
    n = self.norm1(x)
    q, k, v = (f(n).view(-1, T, H, D // H).transpose(1, 2) for f in (self.query, self.key, self.value))
    a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    x = x + self.output(a.transpose(1, 2).reshape(-1, T, D))
    return x + self.dense2(F.relu(self.dense1(self.norm2(x))))


class Net(nn.Module):
  def __init__(self):
    super().__init__()
    self.embedding, self.positions = nn.Embedding(V, D), nn.Parameter(torch.zeros(T, D))
    self.blocks, self.norm, self.dense = nn.ModuleList(Block() for _ in range(2)), nn.LayerNorm(D, eps=1e-5), nn.Linear(D, V)

  def forward(self, x):
    h = self.embedding(x) + self.positions
    for block in self.blocks:
      h = block(h)
    return self.dense(self.norm(h))

  def ordered(self):
    """The parameters in the order of the data's weights, with whether they are kernels: those are transposed in torch."""
    out = [(self.embedding.weight, False), (self.positions, False)]
    pair = lambda m: [(m.weight, isinstance(m, nn.Linear)), (m.bias, False)]
    for b in self.blocks:
      for m in (b.norm1, b.query, b.key, b.value, b.output, b.norm2, b.dense1, b.dense2):
        out += pair(m)
    return out + pair(self.norm) + pair(self.dense)

  @torch.no_grad()
  def set_keras(self, weights):
    for (p, kernel), w in zip(self.ordered(), weights):
      v = torch.tensor(w)
      p.copy_(v.reshape(p.shape[1], p.shape[0]).T if kernel else v.reshape(p.shape))
    return self

  def get_keras(self):
    return [np.ascontiguousarray((p.T if kernel else p).detach().numpy()).reshape(w.shape) for (p, kernel), w in zip(self.ordered(), wl.weights)]


net = Net().set_keras(wl.weights)
data = [(torch.from_numpy(wl.x[c]).long(), torch.from_numpy(wl.y[c]).long()) for c in range(wl.clients)]
P = list(net.parameters())
opt = torch.optim.SGD(P, lr=wl.lr)
B = wl.batch
times = []
for r in range(common.WARMUP + rounds):
  t = time.perf_counter()
  with torch.no_grad():
    w0 = [p.clone() for p in P]
    acc = [torch.zeros_like(p) for p in P]
  loss = 0.0
  for x, y in data:
    with torch.no_grad():
      for p, v in zip(P, w0): p.copy_(v)
    for s in range(wl.steps):
      opt.zero_grad()
      l = F.cross_entropy(net(x[s * B:(s + 1) * B]).reshape(-1, V), y[s * B:(s + 1) * B].reshape(-1))
      l.backward()
      opt.step()
      loss += l.item()
    with torch.no_grad():
      for a, p in zip(acc, P): a.add_(p, alpha=1 / wl.clients)
  with torch.no_grad():
    for p, a in zip(P, acc): p.copy_(a)
  loss /= wl.clients * wl.steps
  times.append(time.perf_counter() - t)
common.report('torch-' + variant, wl, times, loss, net.get_keras(), torch=torch.__version__, threads=torch.get_num_threads())
