#include "index.h"

#include <mutex>

namespace tf {

void registerKernels() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const auto& definition :
         {allFinite(), attention(), attentionGrad(), conv2dSame(), conv2dValid(), conv2dBackpropInput(),
          conv2dBackpropFilter(), gru(), gruGrad(), guarded(), lstm(), lstmGrad(), maxPoolGrad(), meanCrossEntropy(),
          meanCrossEntropyGrad(), simpleRnn(), simpleRnnGrad(), subtractProduct(), subtractSum()})
      registerKernel(definition);
  });
}

}  // namespace tf
