/**
 * Heavy ops in `bfloat16` on a processor that cannot multiply it, where libtensorflow's kernels take one number at a time.
 *
 * Their inputs become `float32`, which holds every number of `bfloat16`, and their results are rounded: what instructions for `bfloat16` do,
 * which sum up in `float32` as well, but for the order of sums. XLA's compiler for processors normalises floats so, too.
 */
import { binding } from '../native/loader.js';
import type { Attributes, Graph, OpInput, Output } from './graph.js';
import { typeNumber } from './graph-type.js';
import { runsOnGpu } from './own-ops.js';
import { areOwnWindows } from './own-pooling.js';

const HEAVY =
  /^(MatMul|BatchMatMul|BatchMatMulV2|BatchMatMulV3|Einsum|(Conv[23]D|DepthwiseConv2dNative|(Max|Avg)Pool(3D)?)(Backprop(Input|Filter)(V2)?|Grad|GradGrad)?|FedkerasConv2D\w+)$/;

/**
 * Whether products in `bfloat16` are computed in `float32` here. Graphs that leave the process stay as they are written, and so do those that
 * are only compared with another machine's.
 */
export const widensProducts = (graph: Graph): boolean =>
  !graph.portable && !graph.fingerprinted && !runsOnGpu() && !binding().multipliesBfloat16();

/** The outputs of a heavy op with inputs in `bfloat16` where it is computed in `float32`, else `null`. */
export function widened(
  graph: Graph,
  type: string,
  inputs: readonly OpInput[],
  ...rest: [attributes: Attributes, options: Parameters<Graph['op']>[3]]
): Output[] | null {
  if (!inputs.flat().some(({ dtype }) => dtype === 'bfloat16') || !HEAVY.test(type) || !widensProducts(graph)) return null;
  // What is the greatest needs no conversion.
  if (type === 'MaxPool' && areOwnWindows(rest[0])) return null;
  const converted = (x: Output, from: Output['dtype'], to: Output['dtype']): Output =>
    x.dtype === from ? (graph.op('Cast', [x], { DstT: typeNumber(to) })[0] as Output) : x;
  const wide = (x: Output): Output => converted(x, 'bfloat16', 'float32');
  const outputs = graph.op(
    type,
    inputs.map((input) => ('graph' in input ? wide(input) : input.map(wide))),
    ...rest,
  );
  return outputs.map((y) => converted(y, 'float32', 'bfloat16'));
}
