/** Reductions over axes, and positions of extrema. */
import { dtypeNumber } from '../../dtype.js';
import type { Output } from '../graph.js';
import { hasOwnOps } from '../own-ops.js';
import { stack, zerosLike } from './array.js';
import { constantLike, op } from './core.js';
import { add, exp, finite, log, stopGradient, sub, where } from './math.js';

const reduction =
  (type: string) =>
  (x: Output, axes?: number | readonly number[], keepDims = false): Output => {
    const list = axes === undefined ? Array.from({ length: x.rank }, (_, i) => i) : typeof axes === 'number' ? [axes] : axes;
    return list.length === 0 ? x : op(type, [x, constantLike(x, list)], { keep_dims: keepDims });
  };

/** Over the given axes, or all. */
export const sum = reduction('Sum');
export const mean = reduction('Mean');
export const prod = reduction('Prod');
export const max = reduction('Max');
export const min = reduction('Min');
export const all = reduction('All');

/** Whether every element of every tensor is finite: a `bool` scalar. */
export function allFinite(xs: readonly [Output, ...Output[]]): Output {
  const isOurs = ({ dtype }: Output): boolean => dtype === 'float32' && hasOwnOps(xs[0].graph);
  const ours = xs.filter(isOurs);
  const others = xs.filter((x) => !isOurs(x)).map((x) => all(finite(x)));
  const each = [...(ours.length > 0 ? [op('FedkerasAllFinite', [ours])] : []), ...others];
  return each.length === 1 ? (each[0] as Output) : all(stack(each, 0));
}
export const any = reduction('Any');

export const argMax = (x: Output, axis = -1): Output => op('ArgMax', [x, constantLike(x, axis)], { output_type: dtypeNumber('int64') });
export const argMin = (x: Output, axis = -1): Output => op('ArgMin', [x, constantLike(x, axis)], { output_type: dtypeNumber('int64') });

export const cumsum = (x: Output, axis = 0, options: { readonly exclusive?: boolean; readonly reverse?: boolean } = {}): Output =>
  op('Cumsum', [x, constantLike(x, axis)], { exclusive: options.exclusive ?? false, reverse: options.reverse ?? false });

/** `log Σ exp(x)` without overflow. */
export function logSumExp(x: Output, axes?: number | readonly number[], keepDims = false): Output {
  const peak = stopGradient(max(x, axes, true));
  const safe = where(finite(peak), peak, zerosLike(peak));
  const kept = add(log(sum(exp(sub(x, safe)), axes, true)), safe);
  return keepDims ? kept : sum(kept, axes);
}
