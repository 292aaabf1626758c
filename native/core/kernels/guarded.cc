// Values as they are, or zeros: what a client contributes if it counts. As a branch it costs a dozen nodes, and
// libtensorflow turns it into a selection that makes the zeros and reads all values.
#include <algorithm>

#include "index.h"

namespace tf {
namespace {

struct Guarded {
  explicit Guarded(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const bool passed = call.boolean(0);
    for (int i = 1; i < call.inputs(); ++i) {
      if (passed) {
        call.pass(i, i - 1);
      } else {
        std::ranges::fill(call.output<float>(i - 1, call.shape(i)), 0.0f);
      }
    }
  }
};

}  // namespace

KernelDefinition guarded() {
  return defineKernel<Guarded>("FedkerasGuarded", {"passed: bool", "values: N * float"}, {"results: N * float"},
                               {"N: int >= 1"}, [](ShapeInference& shapes) {
                                 for (int i = 1; i < shapes.inputs(); ++i) shapes.set(i - 1, shapes.input(i));
                               });
}

}  // namespace tf
