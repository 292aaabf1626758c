// All ops of our own: what libtensorflow has no op for, or none that is fast. Each is one file; a new one gets a line
// in index.cc and one in sources.txt. Graphs that leave the process (SavedModel) hold none of them: they are parts of
// gradients, or of layers that ask their context whether the graph is to be portable. Each also exists as an op of
// several clients (kernel.h); some are only used so.
#pragma once

#include "kernel.h"

namespace tf {

KernelDefinition allFinite();
KernelDefinition attention();
KernelDefinition attentionGrad();
KernelDefinition biasAdd();
KernelDefinition biasRelu();
KernelDefinition castToBfloat16();
KernelDefinition castToFloat();
KernelDefinition conv2dBackpropFilter();
KernelDefinition conv2dBackpropInput();
KernelDefinition conv2dSame();
KernelDefinition conv2dValid();
KernelDefinition crossEntropy();
KernelDefinition difference();
KernelDefinition elementwise();
KernelDefinition gru();
KernelDefinition gruGrad();
KernelDefinition guarded();
KernelDefinition layerNormalization();
KernelDefinition layerNormalizationGrad();
KernelDefinition lstm();
KernelDefinition lstmGrad();
KernelDefinition matMul();
KernelDefinition matMulTransposedA();
KernelDefinition matMulTransposedB();
KernelDefinition maxPool();
KernelDefinition maxPoolGrad();
KernelDefinition meanCrossEntropy();
KernelDefinition meanCrossEntropyGrad();
KernelDefinition placeOfRows();
KernelDefinition relu();
KernelDefinition reluGrad();
KernelDefinition rows();
KernelDefinition rowsAt();
KernelDefinition scaled();
KernelDefinition simpleRnn();
KernelDefinition simpleRnnGrad();
KernelDefinition softmax();
KernelDefinition subtractProduct();
KernelDefinition subtractSum();
KernelDefinition sumAll();
KernelDefinition sumOverAxes();
KernelDefinition sumRowsOf();
KernelDefinition tiledConv2dBackpropFilter();
KernelDefinition tiledMatMul();
KernelDefinition tiledMatMulBias();
KernelDefinition tiledMatMulBiasRelu();
KernelDefinition tiledMatMulTransposedB();

// Makes all of them known to the loaded libtensorflow, once per process. An own step after loading, for a library of
// another release must be refused by its version before anything of it is used.
void registerKernels();

}  // namespace tf
