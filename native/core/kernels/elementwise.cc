// Functions of one element, or of two, whose bits do not depend on where the element is: libtensorflow computes the
// last elements of a tensor, too few for a vector, in another way than the others.
#include <cmath>
#include <string>
#include <string_view>

#include "activations.h"
#include "index.h"

namespace tf {
namespace {

constexpr float kSeluScale = 1.0507009873554805f, kSeluAlpha = 1.6732632423543772f;

// The gradients' arguments are in the order of libtensorflow's ops: some begin with what the function gave, others with
// the gradient of it. As with those, where nothing depends on an element it has no gradient, also where the slope is
// infinite.
constexpr struct {
  std::string_view name;
  float (*of)(float);
} kUnary[] = {
    {"Exp", [](float x) { return std::exp(x); }},
    {"Expm1", [](float x) { return std::expm1(x); }},
    {"Log", [](float x) { return std::log(x); }},
    {"Log1p", [](float x) { return std::log1p(x); }},
    {"Tanh", hyperbolicTangent},
    {"Sigmoid", logistic},
    {"Rsqrt", [](float x) { return 1.0f / std::sqrt(x); }},
    {"Reciprocal", [](float x) { return 1.0f / x; }},
    {"Erf", [](float x) { return std::erf(x); }},
    {"Elu", [](float x) { return x < 0.0f ? std::expm1(x) : x; }},
    {"Selu", [](float x) { return kSeluScale * (x < 0.0f ? kSeluAlpha * std::expm1(x) : x); }},
    {"Softplus", [](float x) { return (x > 0.0f ? x : 0.0f) + std::log1p(std::exp(-std::abs(x))); }},
    {"Softsign", [](float x) { return x / (1.0f + std::abs(x)); }},
};
constexpr struct {
  std::string_view name;
  float (*of)(float, float);
} kBinary[] = {
    {"Pow", [](float x, float y) { return std::pow(x, y); }},
    {"TanhGrad", [](float y, float dy) { return dy * (1.0f - y * y); }},
    {"SigmoidGrad", [](float y, float dy) { return dy * (y * (1.0f - y)); }},
    {"SqrtGrad", [](float y, float dy) { return dy == 0.0f ? 0.0f : dy * (0.5f / y); }},
    {"RsqrtGrad", [](float y, float dy) { return dy == 0.0f ? 0.0f : dy * (-0.5f * y * y * y); }},
    {"ReciprocalGrad", [](float y, float dy) { return dy == 0.0f ? 0.0f : -dy * (y * y); }},
    {"EluGrad", [](float dy, float y) { return y < 0.0f ? dy * (y + 1.0f) : dy; }},
    {"SeluGrad", [](float dy, float y) { return dy * (y < 0.0f ? y + kSeluScale * kSeluAlpha : kSeluScale); }},
    {"SoftplusGrad", [](float dy, float x) { return dy / (1.0f + std::exp(-x)); }},
    {"SoftsignGrad", [](float dy, float x) { return dy / ((1.0f + std::abs(x)) * (1.0f + std::abs(x))); }},
};

struct Elementwise {
  explicit Elementwise(const KernelAttributes& attributes) {
    const std::string name = attributes.string("function");
    for (const auto& [known, of] : kUnary) unary_ = known == name ? of : unary_;
    for (const auto& [known, of] : kBinary) binary_ = known == name ? of : binary_;
    if (unary_ == nullptr && binary_ == nullptr) throw invalidArgument("`function` must be known, received " + name);
  }

  void operator()(KernelCall& call) const {
    const auto x = call.input(0);
    if (call.inputs() != (unary_ == nullptr ? 2 : 1))
      throw invalidArgument("the function has another number of operands");
    const auto result = call.output<float>(0, x.shape);
    if (unary_ != nullptr) {
      for (size_t i = 0; i < result.size(); ++i) result[i] = unary_(x.values[i]);
      return;
    }
    const auto y = call.input(1);
    // The second one may be a number for all of the first.
    const size_t step = y.shape.empty() ? 0 : 1;
    if (step == 1 && y.shape != x.shape) throw invalidArgument("both operands must have the same shape");
    for (size_t i = 0; i < result.size(); ++i) result[i] = binary_(x.values[i], y.values[i * step]);
  }

 private:
  float (*unary_)(float) = nullptr;
  float (*binary_)(float, float) = nullptr;
};

}  // namespace

KernelDefinition elementwise() {
  return defineKernel<Elementwise>("FedkerasElementwise", {"xs: N * float"}, {"y: float"},
                                   {"N: int >= 1", "function: string"},
                                   [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
