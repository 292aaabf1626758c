/** Products, convolutions, pooling, activations. */
import type { Output } from '../graph.js';
import { shapeOf } from '../ops/array.js';
import { op } from '../ops/core.js';
import { exp, mul, sub } from '../ops/math.js';
import { batchMatMul, conv2d, matMul, type Padding } from '../ops/nn.js';
import { sum } from '../ops/reduce.js';
import { unbroadcast } from './broadcast.js';
import type { GradientRule } from './rule.js';

/** A kernel op takes the gradient and the activation's input or output. */
const byKernel =
  (type: string, from: 'input' | 'output', attribute?: string): GradientRule =>
  ({ inputs, outputs, attributes }, [dy]) => [
    op(
      type,
      [dy as Output, (from === 'input' ? inputs[0] : outputs[0]) as Output],
      attribute === undefined ? {} : { [attribute]: attributes[attribute] as number },
    ),
  ];

const spatial = (list: unknown): number[] => (list as readonly number[]).slice(1, -1);

/** A convolution's shapes as constants where they are known: `Conv2DBackprop…` then plans without them. */
const sizesFor = (x: Output): Output =>
  x.shape?.every((s) => s !== null) ? x.graph.constant(x.shape as number[], 'int32', [x.shape.length]) : shapeOf(x);

export const nnRules: Readonly<Record<string, GradientRule>> = {
  MatMul: ({ inputs, attributes }, [dy]) => {
    const [a, b] = inputs as [Output, Output];
    const [ta, tb] = [attributes.transpose_a === true, attributes.transpose_b === true];
    const y = dy as Output;
    return [
      ta ? matMul(b, y, { transposeA: tb, transposeB: true }) : matMul(y, b, { transposeB: !tb }),
      tb ? matMul(y, a, { transposeA: true, transposeB: ta }) : matMul(a, y, { transposeA: !ta }),
    ];
  },
  BatchMatMulV2: ({ inputs, attributes }, [dy]) => {
    const [a, b] = inputs as [Output, Output];
    const [ta, tb] = [attributes.adj_x === true, attributes.adj_y === true];
    const y = dy as Output;
    const da = ta ? batchMatMul(b, y, { adjointA: tb, adjointB: true }) : batchMatMul(y, b, { adjointB: !tb });
    const db = tb ? batchMatMul(y, a, { adjointA: true, adjointB: ta }) : batchMatMul(a, y, { adjointA: !ta });
    return [unbroadcast(da, a), unbroadcast(db, b)];
  },
  BiasAdd: ({ inputs: [x] }, [dy]) => [dy as Output, (x as Output).rank === 1 ? (dy as Output) : op('BiasAddGrad', [dy as Output])],
  Relu: byKernel('ReluGrad', 'output'),
  Relu6: byKernel('Relu6Grad', 'output'),
  Elu: byKernel('EluGrad', 'output'),
  Selu: byKernel('SeluGrad', 'output'),
  Softplus: byKernel('SoftplusGrad', 'input'),
  Softsign: byKernel('SoftsignGrad', 'input'),
  LeakyRelu: byKernel('LeakyReluGrad', 'input', 'alpha'),
  Softmax: ({ outputs: [y] }, [dy]) => [mul(sub(dy as Output, sum(mul(dy as Output, y as Output), -1, true)), y as Output)],
  LogSoftmax: ({ outputs: [y] }, [dy]) => [sub(dy as Output, mul(sum(dy as Output, -1, true), exp(y as Output)))],
  Conv2D: ({ inputs, attributes }, [dy]) => {
    const [x, filter] = inputs as [Output, Output];
    const { strides, padding, dilations } = attributes as { strides: readonly number[]; padding: string; dilations: readonly number[] };
    return [
      op('Conv2DBackpropInput', [sizesFor(x), filter, dy as Output], { strides, padding, dilations }),
      op('Conv2DBackpropFilter', [x, sizesFor(filter), dy as Output], { strides, padding, dilations }),
    ];
  },
  Conv2DBackpropInput: ({ inputs, attributes }, [dy]) => {
    const [, filter, y] = inputs as [Output, Output, Output];
    const { strides, padding, dilations } = attributes as { strides: readonly number[]; padding: string; dilations: readonly number[] };
    return [
      null,
      op('Conv2DBackpropFilter', [dy as Output, sizesFor(filter), y], { strides, padding, dilations }),
      conv2d(dy as Output, filter, spatial(strides), padding.toLowerCase() as Padding, spatial(dilations)),
    ];
  },
  DepthwiseConv2dNative: ({ inputs, attributes }, [dy]) => {
    const [x, filter] = inputs as [Output, Output];
    const { strides, padding, dilations } = attributes as { strides: readonly number[]; padding: string; dilations: readonly number[] };
    return [
      op('DepthwiseConv2dNativeBackpropInput', [sizesFor(x), filter, dy as Output], { strides, padding, dilations }),
      op('DepthwiseConv2dNativeBackpropFilter', [x, sizesFor(filter), dy as Output], { strides, padding, dilations }),
    ];
  },
  MaxPool: ({ inputs, outputs, attributes }, [dy]) => {
    const { ksize, strides, padding } = attributes as { ksize: readonly number[]; strides: readonly number[]; padding: string };
    return [op('MaxPoolGrad', [inputs[0] as Output, outputs[0] as Output, dy as Output], { ksize, strides, padding })];
  },
  AvgPool: ({ inputs, attributes }, [dy]) => {
    const { ksize, strides, padding } = attributes as { ksize: readonly number[]; strides: readonly number[]; padding: string };
    return [op('AvgPoolGrad', [shapeOf(inputs[0] as Output), dy as Output], { ksize, strides, padding })];
  },
};
