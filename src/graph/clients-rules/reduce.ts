/** Reductions: sums of numbers that are rounded are made by an op of our own, whose order of adding does not depend on other clients. */
import { isFloating } from '../../dtype.js';
import { type ClientsOp, type ClientsRule, type ClientsRules, NotOfClientsError, type Output, ofOneClient } from '../graph.js';
import { expandDims } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { cast, div, mul, square } from '../ops/math.js';
import { summed } from './own.js';
import { everyones, numbersOf, one, same, shared, shifted } from './rule.js';

const axesOf = ({ type, inputs: [x, axes] }: ClientsOp): number[] =>
  numbersOf(type, one(axes)).map((axis) => (axis < 0 ? axis + one(x).rank : axis));

/** Whatever the order, the same. */
const exact: ClientsRule = same((call) => {
  const x = everyones(one(call.inputs[0]));
  return { inputs: [x, constantLike(x, axesOf(call).map(shifted))] };
});

function sumOver(call: Pick<ClientsOp, 'graph' | 'type'>, x: Output, axes: readonly number[], kept: boolean): Output {
  if (x.dtype !== 'float32') throw new NotOfClientsError(`${call.type} of ${x}`);
  const sums = summed(call, x, axes);
  return kept ? [...axes].sort((a, b) => a - b).reduce((y, axis) => expandDims(y, axis + 1), sums) : sums;
}

const sum: ClientsRule = (call) => {
  const x = one(call.inputs[0]);
  if (!isFloating(x.dtype)) return exact(call);
  return { outputs: [sumOver(call, x, axesOf(call), call.attributes.keep_dims === true)] };
};

const mean: ClientsRule = (call) => {
  const x = one(call.inputs[0]);
  const axes = axesOf(call);
  const total = sumOver(call, x, axes, call.attributes.keep_dims === true);
  const sizes = op('GatherV2', [op('Shape', [everyones(x)]), constantLike(total, axes.map(shifted)), constantLike(total, 0)]);
  return { outputs: [div(total, cast(op('Prod', [sizes, constantLike(total, 0)]), 'float32'))] };
};

const position: ClientsRule = same(({ type, inputs: [x, axis] }) => {
  const all = everyones(one(x));
  return { inputs: [all, constantLike(all, shifted(numbersOf(type, one(axis))[0] as number))] };
});

export const reduceRules: ClientsRules = {
  Sum: sum,
  Mean: mean,
  Max: exact,
  Min: exact,
  All: exact,
  Any: exact,
  ArgMax: position,
  ArgMin: position,
  BiasAddGrad: (call) => {
    const x = one(call.inputs[0]);
    return {
      outputs: [
        sumOver(
          call,
          x,
          Array.from({ length: x.rank - 1 }, (_, axis) => axis),
          false,
        ),
      ],
    };
  },
  L2Loss: (call) => {
    const x = one(call.inputs[0]);
    const squares = square(everyones(x));
    const all = Array.from({ length: x.rank }, (_, axis) => axis);
    return { outputs: [mul(sumOver(call, ofOneClient(squares.operation, 0, squares), all, false), 0.5)] };
  },
  TopKV2: same(({ type, inputs: [x, k] }) => ({ inputs: [everyones(one(x)), shared(type, one(k))] })),
};
