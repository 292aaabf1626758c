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
  if (type === 'MaxPool' && isOwnPooling(rest[0])) return ownMaxPool(graph, inputs[0] as Output, ...rest);
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

/** Places in a window that our kernels number with 16 bits. */
const MOST_PLACES = 2 ** 15;

/** Whether our kernels know such windows: those of height and width, without explicit padding. */
export const isOwnPooling = ({ ksize, data_format: format, padding }: Attributes): boolean =>
  (format ?? 'NHWC') === 'NHWC' &&
  (padding === 'SAME' || padding === 'VALID') &&
  (ksize as readonly number[])[0] === 1 &&
  (ksize as readonly number[])[3] === 1 &&
  (ksize as readonly number[]).reduce((a, b) => a * b) < MOST_PLACES;

/** What is the greatest needs no conversion. Our op is not asked for its shape, which depends on its attributes. */
function ownMaxPool(graph: Graph, x: Output, ...[attributes, options]: [Attributes, Parameters<Graph['op']>[3]]): Output[] {
  const { ksize, strides, padding } = attributes as { ksize: readonly number[]; strides: readonly number[]; padding: string };
  const count = (size: number | null, axis: number): number => {
    if (size === null) return -1;
    const last = padding === 'SAME' ? size - 1 : size - (ksize[axis] as number);
    return Math.max(Math.floor(last / (strides[axis] as number)) + 1, 0);
  };
  const y = graph.op('FedkerasMaxPool', [x], { ksize, strides, padding }, options);
  return graph.op('EnsureShape', y, { shape: { shape: (x.shape ?? [null, null, null, null]).map(count) } });
}
