#include "index.h"

#include <mutex>

namespace tf {

void registerKernels() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const auto& definition : {allFinite(),
                                   attention(),
                                   attentionGrad(),
                                   biasAdd(),
                                   biasRelu(),
                                   castToBfloat16(),
                                   castToFloat(),
                                   conv2dSame(),
                                   conv2dValid(),
                                   conv2dBackpropInput(),
                                   conv2dBackpropFilter(),
                                   crossEntropy(),
                                   difference(),
                                   elementwise(),
                                   gru(),
                                   gruGrad(),
                                   guarded(),
                                   layerNormalization(),
                                   layerNormalizationGrad(),
                                   lstm(),
                                   lstmGrad(),
                                   matMul(),
                                   matMulTransposedA(),
                                   matMulTransposedB(),
                                   maxPool(),
                                   maxPoolGrad(),
                                   meanCrossEntropy(),
                                   meanCrossEntropyGrad(),
                                   placeOfRows(),
                                   relu(),
                                   reluGrad(),
                                   rows(),
                                   rowsAt(),
                                   scaled(),
                                   simpleRnn(),
                                   simpleRnnGrad(),
                                   softmax(),
                                   subtractProduct(),
                                   subtractSum(),
                                   sumAll(),
                                   sumOverAxes(),
                                   sumRowsOf(),
                                   tiledConv2dBackpropFilter(),
                                   tiledMatMul(),
                                   tiledMatMulBias(),
                                   tiledMatMulBiasRelu(),
                                   tiledMatMulTransposedB()})
      registerKernel(definition);
  });
}

}  // namespace tf
