// Attention of several heads in one op, and its gradient. As ops of their own the products of each head are small
// matrices between transpositions of everything, and the scores are gone through six times.
#include <algorithm>
#include <string>
#include <vector>

#include "activations.h"
#include "index.h"
#include "lanes.h"
#include "packed_matrix.h"

namespace tf {
namespace {

using From = PackedMatrix::From;

// `queries` is `[batch, steps, heads, depth]`, `keys` `[batch, places, heads, depth]`, `values` `[batch, places, heads,
// width]`.
struct Sizes {
  size_t batch, steps, places, heads, depth, width;
  size_t scores() const { return steps * places; }
};

Sizes sizesOf(const KernelCall::Input& queries, const KernelCall::Input& keys, const KernelCall::Input& values) {
  const auto &q = queries.shape, &k = keys.shape, &v = values.shape;
  if (q[0] != k[0] || q[2] != k[2] || q[3] != k[3] || v[0] != k[0] || v[1] != k[1] || v[2] != k[2])
    throw invalidArgument("the shapes of queries, keys and values do not fit each other");
  const auto size = [](int64_t dim) { return static_cast<size_t>(dim); };
  return {size(q[0]), size(q[1]), size(k[1]), size(q[2]), size(q[3]), size(v[3])};
}

// One head's rows of a tensor `[batch, rows, heads, width]`, one after another.
struct Head {
  size_t rows, heads, width;

  size_t at(size_t batch, size_t head) const { return (batch * rows * heads + head) * width; }
  const float* take(std::span<const float> all, size_t batch, size_t head, std::vector<float>& own) const {
    own.resize(rows * width);
    const float* from = all.data() + at(batch, head);
    for (size_t i = 0; i < rows; ++i) std::copy_n(from + i * heads * width, width, own.data() + i * width);
    return own.data();
  }
  void put(const std::vector<float>& own, size_t batch, size_t head, std::span<float> all) const {
    float* to = all.data() + at(batch, head);
    for (size_t i = 0; i < rows; ++i) std::copy_n(own.data() + i * width, width, to + i * heads * width);
  }
};

// `x · matrix` of rows one after another, with as many columns as `x` has rows where it is transposed.
std::vector<float> product(const float* x, size_t rows, size_t depth, bool transposed, const PackedMatrix& matrix,
                           size_t columns) {
  std::vector<float> y(rows * columns);
  matrix.multiply({x, transposed ? 1 : depth, transposed ? rows : 1}, rows, Into::kPlace, y.data());
  return y;
}

FEDKERAS_VECTORIZED void softmax(float* __restrict row, size_t count) {
  const float greatest = greatestOf(row, count);
  for (size_t i = 0; i < count; ++i) row[i] = exponential(row[i] - greatest);
  float lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += row[i + lane];
  }
  for (; i < count; ++i) lanes[0] += row[i];
  const float factor = 1.0f / sum(lanes);
  for (i = 0; i < count; ++i) row[i] *= factor;
}

// From the weights' gradients to those of the scores.
FEDKERAS_VECTORIZED void softmaxBack(const float* __restrict weights, float* __restrict gradient, size_t count) {
  float lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += weights[i + lane] * gradient[i + lane];
  }
  for (; i < count; ++i) lanes[0] += weights[i] * gradient[i];
  const float mean = sum(lanes);
  for (i = 0; i < count; ++i) gradient[i] = weights[i] * (gradient[i] - mean);
}

// What is added to the scores, `[batch or 1, heads or 1, steps or 1, places or 1]`.
class Penalty {
 public:
  Penalty(const KernelCall::Input& input, const Sizes& s) : values_(input.values.data()) {
    const size_t sizes[] = {s.batch, s.heads, s.steps, s.places};
    size_t stride = 1;
    for (size_t axis = 4; axis-- > 0;) {
      const auto size = static_cast<size_t>(input.shape[axis]);
      if (size != 1 && size != sizes[axis])
        throw invalidArgument("axis " + std::to_string(axis) + " of what is added to the scores must be 1 or " +
                              std::to_string(sizes[axis]) + ", received " + std::to_string(size));
      strides_[axis] = size == 1 ? 0 : stride;
      stride *= size;
    }
  }

  void add(size_t batch, size_t head, size_t step, float* row, size_t places) const {
    const float* from = values_ + batch * strides_[0] + head * strides_[1] + step * strides_[2];
    for (size_t i = 0; i < places; ++i) row[i] += from[i * strides_[3]];
  }

 private:
  const float* values_;
  size_t strides_[4];
};

struct Attention {
  explicit Attention(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto q = call.input(0, 4), k = call.input(1, 4), v = call.input(2, 4), added = call.input(3, 4);
    const Sizes s = sizesOf(q, k, v);
    const Penalty penalty(added, s);
    const auto mixed = call.output<float>(0, Dims{q.shape[0], q.shape[1], q.shape[2], v.shape[3]});
    const auto weights = call.output<float>(1, Dims{q.shape[0], q.shape[2], q.shape[1], k.shape[1]});
    const Head queries{s.steps, s.heads, s.depth}, keys{s.places, s.heads, s.depth}, values{s.places, s.heads, s.width};
    std::vector<float> own_queries, own_keys, own_values;
    float* row = weights.data();
    for (size_t b = 0; b < s.batch; ++b) {
      for (size_t h = 0; h < s.heads; ++h) {
        const PackedMatrix by_key(keys.take(k.values, b, h, own_keys), s.depth, s.places, From::kColumns);
        const float* x = queries.take(q.values, b, h, own_queries);
        float* const first = row;
        by_key.multiply({x, s.depth, 1}, s.steps, Into::kPlace, first);
        for (size_t t = 0; t < s.steps && s.places > 0; ++t, row += s.places) {
          penalty.add(b, h, t, row, s.places);
          softmax(row, s.places);
        }
        const PackedMatrix by_place(values.take(v.values, b, h, own_values), s.places, s.width, From::kRows);
        Head{s.steps, s.heads, s.width}.put(product(first, s.steps, s.places, false, by_place, s.width), b, h, mixed);
      }
    }
  }
};

struct AttentionGrad {
  explicit AttentionGrad(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto q = call.input(0, 4), k = call.input(1, 4), v = call.input(2, 4);
    const auto weights = call.input(3, 4), d_mixed = call.input(4, 4);
    const Sizes s = sizesOf(q, k, v);
    const Dims mixed_shape{q.shape[0], q.shape[1], q.shape[2], v.shape[3]};
    const Dims weights_shape{q.shape[0], q.shape[2], q.shape[1], k.shape[1]};
    if (weights.shape != weights_shape || d_mixed.shape != mixed_shape)
      throw invalidArgument(
          "the shapes of the weights and of the gradient do not fit those of queries, keys and values");
    const auto d_q = call.output<float>(0, q.shape), d_k = call.output<float>(1, k.shape),
               d_v = call.output<float>(2, v.shape);
    const Head queries{s.steps, s.heads, s.depth}, keys{s.places, s.heads, s.depth};
    const Head values{s.places, s.heads, s.width}, results{s.steps, s.heads, s.width};
    std::vector<float> own_queries, own_keys, own_values, own_results;
    for (size_t b = 0; b < s.batch; ++b) {
      for (size_t h = 0; h < s.heads; ++h) {
        const float* w = weights.values.data() + (b * s.heads + h) * s.scores();
        const float* dy = results.take(d_mixed.values, b, h, own_results);
        const PackedMatrix by_result(dy, s.steps, s.width, From::kRows);
        values.put(product(w, s.places, s.steps, true, by_result, s.width), b, h, d_v);
        const PackedMatrix by_value(values.take(v.values, b, h, own_values), s.width, s.places, From::kColumns);
        std::vector<float> d_scores = product(dy, s.steps, s.width, false, by_value, s.places);
        for (size_t t = 0; t < s.steps; ++t) softmaxBack(w + t * s.places, d_scores.data() + t * s.places, s.places);
        const PackedMatrix by_key(keys.take(k.values, b, h, own_keys), s.places, s.depth, From::kRows);
        queries.put(product(d_scores.data(), s.steps, s.places, false, by_key, s.depth), b, h, d_q);
        const PackedMatrix by_query(queries.take(q.values, b, h, own_queries), s.steps, s.depth, From::kRows);
        keys.put(product(d_scores.data(), s.places, s.steps, true, by_query, s.depth), b, h, d_k);
      }
    }
  }
};

}  // namespace

KernelDefinition attention() {
  return defineKernel<Attention>(
      "FedkerasAttention", {"queries: float", "keys: float", "values: float", "added: float"},
      {"mixed: float", "weights: float"}, {}, [](ShapeInference& shapes) {
        shapes.set(0, shapes.concatenated(shapes.input(0, 0, 3), shapes.input(2, 3, 4)));
        const auto heads = shapes.concatenated(shapes.input(0, 0, 1), shapes.input(0, 2, 3));
        const auto scores = shapes.concatenated(shapes.input(0, 1, 2), shapes.input(1, 1, 2));
        shapes.set(1, shapes.concatenated(heads, scores));
      });
}

KernelDefinition attentionGrad() {
  return defineKernel<AttentionGrad>(
      "FedkerasAttentionGrad", {"queries: float", "keys: float", "values: float", "weights: float", "d_mixed: float"},
      {"d_queries: float", "d_keys: float", "d_values: float"}, {}, [](ShapeInference& shapes) {
        for (int i = 0; i < 3; ++i) shapes.set(i, shapes.input(i));
      });
}

}  // namespace tf
