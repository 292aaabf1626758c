/**
 * Kernels of our own for libtensorflow's ops where what it does with each number takes longer than reading and writing it: for those in
 * `bfloat16`, and for a bias.
 *
 * The graph knows them as libtensorflow's ops, which they compute: gradients and fingerprints are the same with and without them.
 */
import { dtypeNumber } from '../dtype.js';
import type { Attributes, Graph, OpInput, Output } from './graph.js';
import { hasOwnOps } from './own-ops.js';

/** Which op of ours stands for one, `null` where none does. */
type Choice = (inputs: readonly Output[], attributes: Attributes) => string | null;

const when =
  (own: string, isPossible: (x: Output) => boolean = () => true): Choice =>
  ([x]) =>
    x?.dtype === 'bfloat16' && isPossible(x) ? own : null;

const PRODUCTS = /^(MatMul|BatchMatMul|Conv|DepthwiseConv)/;
// Libtensorflow takes the bias and `Relu` into its products; ours, and those that are computed in `float32`, end otherwise.
const isProduct = (x: Output): boolean => PRODUCTS.test(x.operation.type);
const isBiased = ({ operation: { type, inputs } }: Output): boolean => type === 'BiasAdd' && isProduct(inputs[0] as Output);

const CHOICES: Readonly<Record<string, Choice>> = {
  BiasAdd: ([x]) => (x !== undefined && ['float32', 'bfloat16'].includes(x.dtype) && !isProduct(x) ? 'FedkerasBiasAdd' : null),
  BiasAddGrad: when('FedkerasSumRows'),
  Relu: when('FedkerasRelu', (x) => !isProduct(x) && !isBiased(x)),
  ReluGrad: when('FedkerasReluGrad'),
  Cast: ([x], { DstT: to }) => {
    // A constant is converted once, and small.
    if (x?.operation.constant !== undefined) return null;
    if (x?.dtype === 'float32' && to === dtypeNumber('bfloat16')) return 'FedkerasCastToBfloat16';
    return x?.dtype === 'bfloat16' && to === dtypeNumber('float32') ? 'FedkerasCastToFloat' : null;
  },
};

/** The op of ours that computes what one of libtensorflow's does, which then takes no attributes; `null` where that one is taken. */
export function halfKernel(graph: Graph, type: string, inputs: readonly OpInput[], attributes: Attributes): string | null {
  const choice = CHOICES[type];
  const isUsual = choice !== undefined && hasOwnOps(graph) && (attributes.data_format ?? 'NHWC') === 'NHWC';
  return isUsual ? choice(inputs as readonly Output[], attributes) : null;
}
