/** Ops of our own: each of them also is one of several clients. */
import type { ClientsOp, ClientsRule, ClientsRules, Output } from '../graph.js';
import { NotOfClientsError } from '../graph.js';
import { one, withAxis } from './rule.js';

/** The op of the addon that does for each client what `type` does for one. */
export const ownOfClients = ({ graph }: Pick<ClientsOp, 'graph'>, type: string, inputs: ClientsOp['inputs'], attributes: ClientsOp['attributes'] = {}) =>
  graph.op(
    `${type}OfClients`,
    inputs.map((input) => (Array.isArray(input) ? (input as Output[]).map(withAxis) : withAxis(one(input)))),
    attributes,
  );

const own: ClientsRule = (call) => ({ outputs: ownOfClients(call, call.type, call.inputs, call.attributes) });

const isFloat32 = (inputs: ClientsOp['inputs']): boolean => inputs.flat().every(({ dtype }) => dtype === 'float32');

/** Libtensorflow's product may take another way for several matrices than for one. */
const matMul: ClientsRule = (call) => {
  const { transpose_a: a, transpose_b: b } = call.attributes;
  if (!isFloat32(call.inputs) || (a === true && b === true)) throw new NotOfClientsError(call.type);
  const type = a === true ? 'FedkerasMatMulTransposedA' : b === true ? 'FedkerasMatMulTransposedB' : 'FedkerasMatMul';
  return { outputs: ownOfClients(call, type, call.inputs) };
};

const biasAdd: ClientsRule = (call) => {
  if (!isFloat32(call.inputs)) throw new NotOfClientsError(call.type);
  return { outputs: ownOfClients(call, 'FedkerasBiasAdd', call.inputs) };
};

export const ownRules: ClientsRules = {
  FedkerasAllFinite: own,
  FedkerasGuarded: own,
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
  MatMul: matMul,
  BiasAdd: biasAdd,
};
