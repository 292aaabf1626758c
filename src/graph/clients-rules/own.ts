/** Ops of our own: each of them also is one of several clients. */
import { type ClientsOp, type ClientsRule, type ClientsRules, NotOfClientsError, type Output, ofOneClient } from '../graph.js';
import { op } from '../ops/core.js';
import { mul, neg, sub } from '../ops/math.js';
import { isReadInPlace } from './places.js';
import { everyones, one, withAxis } from './rule.js';

/** The input that an op can read where clients have it: `…AtPlaces` is the op that does. */
const READ_IN_PLACE: Readonly<Record<string, number>> = {
  FedkerasMatMul: 0,
  FedkerasMatMulTransposedA: 0,
  FedkerasMatMulTransposedB: 0,
  FedkerasSubtractProduct: 1,
};

/** The op of the addon that does for each client what `type` does for one. */
export function ownOfClients(
  { graph }: Pick<ClientsOp, 'graph'>,
  type: string,
  inputs: ClientsOp['inputs'],
  attributes: ClientsOp['attributes'] = {},
): Output[] {
  const inPlace = inputs.findIndex((input, i) => i === READ_IN_PLACE[type] && isReadInPlace(one(input)));
  const withAxes = inputs.map((input, i) => {
    if (i === inPlace) return one(input).places as Output;
    return Array.isArray(input) ? (input as Output[]).map(withAxis) : withAxis(one(input));
  });
  return graph.op(inPlace < 0 ? `${type}OfClients` : `${type}AtPlaces`, withAxes, attributes);
}

/** Sums over some axes of one client's value. */
export function summed(call: Pick<ClientsOp, 'graph'>, x: Output, axes: readonly number[]): Output {
  // The op knows the shape of a sum of all elements, and of rows.
  const first = (type: string, attributes = {}): Output => ownOfClients(call, type, [x], attributes)[0] as Output;
  if (axes.length === x.rank) return first('FedkerasSumAll');
  if (axes.length === x.rank - 1 && !axes.includes(x.rank - 1)) return first('FedkerasSumRows');
  const sizes = (x.shape as readonly (number | null)[]).filter((_, axis) => !axes.includes(axis));
  return op('EnsureShape', [first('FedkerasSum', { axes })], { shape: { shape: [-1, ...sizes.map((size) => size ?? -1)] } });
}

const own: ClientsRule = (call) => ({ outputs: ownOfClients(call, call.type, call.inputs, call.attributes) });

const isFloat32 = (inputs: ClientsOp['inputs']): boolean => inputs.flat().every(({ dtype }) => dtype === 'float32');

/** Libtensorflow's product may take another way for several matrices than for one. */
const matMul: ClientsRule = (call) => {
  const { transpose_a: a, transpose_b: b } = call.attributes;
  if (!isFloat32(call.inputs) || (a === true && b === true)) throw new NotOfClientsError(call.type);
  const type = a === true ? 'FedkerasMatMulTransposedA' : b === true ? 'FedkerasMatMulTransposedB' : 'FedkerasMatMul';
  const product = ownOfClients(call, type, call.inputs);
  // Libtensorflow's inference does not see the shape of what is read in place.
  const [left] = call.inputs as [Output];
  const rows = left.places === undefined ? undefined : left.shape?.[a === true ? 1 : 0];
  if (typeof rows !== 'number') return { outputs: product };
  const [{ shape }] = product as [Output];
  return { outputs: call.graph.op('EnsureShape', product, { shape: { shape: [-1, rows, shape?.[2] ?? -1] } }) };
};

const biasAdd: ClientsRule = (call) => {
  if (!isFloat32(call.inputs)) throw new NotOfClientsError(call.type);
  return { outputs: ownOfClients(call, 'FedkerasBiasAdd', call.inputs) };
};

const softmax = (call: ClientsOp, output: number): ReturnType<ClientsRule> => {
  if (!isFloat32(call.inputs)) throw new NotOfClientsError(call.type);
  return { outputs: [ownOfClients(call, 'FedkerasSoftmax', call.inputs)[output] as Output] };
};

export const ownRules: ClientsRules = {
  FedkerasAllFinite: own,
  FedkerasGuarded: own,
  FedkerasLayerNormalization: own,
  FedkerasLayerNormalizationGrad: own,
  FedkerasMeanCrossEntropy: own,
  FedkerasMeanCrossEntropyGrad: own,
  FedkerasSubtractProduct: own,
  FedkerasSubtractSum: own,
  // Rows as libtensorflow takes them: class numbers may have any shape.
  SparseSoftmaxCrossEntropyWithLogits: (call) => {
    const [logits] = call.inputs as [Output];
    if (logits.dtype !== 'float32' || logits.rank !== 2) throw new NotOfClientsError(call.type);
    return { outputs: ownOfClients(call, 'FedkerasCrossEntropy', call.inputs) };
  },
  SoftmaxCrossEntropyWithLogits: (call) => {
    const [logits, labels] = call.inputs as [Output, Output];
    if (!isFloat32(call.inputs) || labels.rank !== logits.rank) throw new NotOfClientsError(call.type);
    const [p, logs] = ownOfClients(call, 'FedkerasSoftmax', [logits]) as [Output, Output];
    const given = everyones(labels);
    const terms = neg(mul(given, logs));
    return { outputs: [summed(call, ofOneClient(terms.operation, 0, terms), [logits.rank - 1]), sub(p, given)] };
  },
  Softmax: (call) => softmax(call, 0),
  LogSoftmax: (call) => softmax(call, 1),
  MatMul: matMul,
  BiasAdd: biasAdd,
};
