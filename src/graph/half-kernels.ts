/**
 * Kernels of our own for libtensorflow's ops where what it does with each number takes longer than reading and writing it: for those in
 * `bfloat16`, for a bias, and for pooling; and for products in `bfloat16` where ours take the processor's tiles to more advantage.
 *
 * The graph knows them as libtensorflow's ops, which they compute: gradients and fingerprints are the same with and without them.
 */
import { dtypeNumber } from '../dtype.js';
import type { Shape } from '../tensor-spec.js';
import type { Attributes, Graph, OpInput, Output } from './graph.js';
import { hasOwnOps } from './own-ops.js';
import { isOwnPooling, pooledShape } from './own-pooling.js';
import { isTiledGradient, tiledWeights } from './own-tiles.js';

/** The op of ours that computes what one of libtensorflow's does. */
export interface OwnKernel {
  readonly type: string;
  /** Those of libtensorflow's by default. */
  readonly inputs?: readonly Output[];
  /** None by default. */
  readonly attributes?: Attributes;
  /** Of its output, where the op cannot say it. */
  readonly shape?: Shape | null;
}

/** Which op of ours stands for one, `null` where none does. */
type Choice = (inputs: readonly Output[], attributes: Attributes) => OwnKernel | null;

const when =
  (type: string, isPossible: (x: Output) => boolean = () => true): Choice =>
  ([x]) =>
    x?.dtype === 'bfloat16' && isPossible(x) ? { type } : null;

const PRODUCTS = /^(MatMul|BatchMatMul|Conv|DepthwiseConv)/;
// Libtensorflow takes the bias and `Relu` into its products; ours, and those that are computed in `float32`, end otherwise.
const isProduct = (x: Output): boolean => PRODUCTS.test(x.operation.type) && kernelOf(x) === null;
const isBiased = (x: Output): boolean => x.operation.type === 'BiasAdd';

const CHOICES: Readonly<Record<string, Choice>> = {
  BiasAdd: ([x, bias]) => {
    if (x === undefined || bias === undefined || !['float32', 'bfloat16'].includes(x.dtype) || isProduct(x)) return null;
    const product = kernelOf(x);
    if (product?.type !== 'FedkerasTiledMatMul') return { type: 'FedkerasBiasAdd' };
    return { type: 'FedkerasTiledMatMulBias', inputs: [...(product.inputs as Output[]), bias] };
  },
  BiasAddGrad: when('FedkerasSumRows'),
  Relu: ([x]) => {
    if (x === undefined || isProduct(x)) return null;
    if (!isBiased(x)) return x.dtype === 'bfloat16' ? { type: 'FedkerasRelu' } : null;
    const sum = kernelOf(x);
    if (sum === null) return null;
    // The ops before are run where something else reads them.
    return { inputs: x.operation.inputs, ...sum, type: sum.type.replace(/(BiasAdd|Bias)$/, 'BiasRelu') };
  },
  ReluGrad: when('FedkerasReluGrad'),
  MaxPool: ([x], attributes) => {
    if (x === undefined || !isOwnPooling(x, attributes)) return null;
    const { ksize, strides, padding } = attributes;
    return { type: 'FedkerasMaxPool', attributes: { ksize, strides, padding } as Attributes, shape: pooledShape(x, attributes) };
  },
  MatMul: ([a, b], attributes) => {
    const weights = tiledWeights(a as Output, b as Output, attributes);
    if (weights === null) return null;
    return {
      type: attributes.transpose_b === true ? 'FedkerasTiledMatMulTransposedB' : 'FedkerasTiledMatMul',
      inputs: [a as Output, weights],
    };
  },
  Conv2DBackpropFilter: ([x, sizes], attributes) => {
    const filter = Array.from((sizes?.operation.constant?.data ?? []) as Int32Array);
    return isTiledGradient(x as Output, filter, attributes) ? { type: 'FedkerasTiledConv2DBackpropFilter', shape: filter } : null;
  },
  Cast: ([x], { DstT: to }) => {
    // A constant is converted once, and small.
    if (x?.operation.constant !== undefined) return null;
    if (x?.dtype === 'float32' && to === dtypeNumber('bfloat16')) return { type: 'FedkerasCastToBfloat16' };
    return x?.dtype === 'bfloat16' && to === dtypeNumber('float32') ? { type: 'FedkerasCastToFloat' } : null;
  },
};

const kernelOf = ({ graph, operation: { type, inputs, attributes } }: Output): OwnKernel | null =>
  halfKernel(graph, type, inputs, attributes);

/** The op of ours for one of libtensorflow's; `null` where that one is taken. */
export function halfKernel(graph: Graph, type: string, inputs: readonly OpInput[], attributes: Attributes): OwnKernel | null {
  const choice = CHOICES[type];
  const isUsual = choice !== undefined && hasOwnOps(graph) && (attributes.data_format ?? 'NHWC') === 'NHWC';
  return isUsual ? choice(inputs as readonly Output[], attributes) : null;
}
