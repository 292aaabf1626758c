/** What rules for several clients are made of: values with an axis of clients in front. */

import { constantOf } from '../gradient-rules/rule.js';
import { type ClientsRule, NotOfClientsError, type OpInput, type Output } from '../graph.js';
import { concat, expandDims, shapeOf } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';

/** All clients' values where each has one of its own, else the one that they share. */
export const everyones = (x: Output): Output => x.ofClients ?? x;

/** The input of an op that is no list. */
export const one = (input: OpInput | undefined): Output => input as Output;

const made = new WeakMap<Output, Map<string, Output>>();

/** What is made of an output, once in each graph: several steps of a loop use the same. */
function once(x: Output, name: string, make: () => Output): Output {
  const known = made.get(x) ?? new Map<string, Output>();
  made.set(x, known);
  const result = known.get(name) ?? make();
  known.set(name, result);
  return result;
}

/** An axis of clients in front in any case, of size 1 where they share the value. */
export const withAxis = (x: Output): Output => x.ofClients ?? once(x, 'withAxis', () => expandDims(x, 0));

/** Shapes, as vectors, with the clients' axis in front. */
export const wholeShape = (shape: Output): Output => concat([shape.graph.clients, shape], 0);

/** A value for each client, also where they share it. */
export const ofEach = (x: Output): Output => x.ofClients ?? op('BroadcastTo', [x, wholeShape(shapeOf(x))]);

/** An input as it is; the values of a list, which is joined, must all be there for each client. */
export const joined = (input: OpInput): OpInput => (Array.isArray(input) ? (input as Output[]).map(ofEach) : everyones(one(input)));

/** Operands that broadcast against each other: axes of size 1 come after that of clients where an operand has fewer than others. */
export function aligned(inputs: readonly Output[], rank = Math.max(...inputs.map((x) => x.rank))): Output[] {
  return inputs.map((x) => {
    let all = everyones(x);
    if (x.isOfClients) for (let i = x.rank; i < rank; i++) all = expandDims(all, 1);
    return all;
  });
}

/** The numbers of a constant input that clients share. */
export function numbersOf(type: string, x: Output): number[] {
  const numbers = constantOf(x);
  if (numbers === undefined) throw new NotOfClientsError(`${type} with ${x}`);
  return numbers;
}

/** What all clients must share. */
export function shared(type: string, x: Output): Output {
  if (x.isOfClients) throw new NotOfClientsError(`${type} with ${x}`);
  return x;
}

/** An axis of one client's value, counted with that of clients; from the end it is the same. */
export const shifted = (axis: number): number => (axis < 0 ? axis : axis + 1);

/** A vector of whole numbers with another in front. */
export function prepended(first: number, x: Output): Output {
  const numbers = constantOf(x);
  if (numbers !== undefined) return constantLike(x, [first, ...numbers], x.dtype);
  return once(x, `prepended ${first}`, () => concat([constantLike(x, [first], x.dtype), x], 0));
}

/** The same op with other inputs and perhaps other attributes. */
export const same =
  (
    change: (call: Parameters<ClientsRule>[0]) => {
      readonly inputs: readonly OpInput[];
      readonly attributes?: Parameters<ClientsRule>[0]['attributes'];
    },
  ): ClientsRule =>
  (call) => {
    const { inputs, attributes } = change(call);
    return { outputs: call.graph.op(call.type, inputs, { ...call.attributes, ...attributes }) };
  };
