/** Clients' tensors that are read where they are: batches are cut out of them without a copy of all clients' data before. */

import { dtypeName } from '../../dtype.js';
import type { Shape } from '../../tensor-spec.js';
import { constantOf } from '../gradient-rules/rule.js';
import { atPlaces, type ClientsOp, type ClientsRule, isFlat, type Output } from '../graph.js';
import { typeNumber } from '../graph-type.js';
import { concat, sliceAxis } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { cast } from '../ops/math.js';
import { one, shared, withAxis } from './rule.js';

/** The sizes of the axes of one client's tensor: they are the same for all clients. */
export function sizesAtPlaces(x: Output, places: Output, { out_type = typeNumber('int32') }: ClientsOp['attributes']): Output {
  const bounds = [
    [0, 1],
    [1, 0],
    [1, 1],
  ].map((bound) => constantLike(x, bound)); // the first row, without the address
  const sizes = op('StridedSlice', [places, ...bounds], { shrink_axis_mask: 1, end_mask: 2 });
  const own = isFlat(x) ? concat([sliceAxis(sizes, 0, 0, 1), constantLike(sizes, [x.shape?.[1] as number], 'int64')], 0) : sizes;
  return cast(own, dtypeName(out_type as number) as 'int32' | 'int64');
}

/** What an op of places gives, for rows of `x`: libtensorflow knows no more of it than its rank. */
function rowsOf(call: ClientsOp, type: string, x: Output, inputs: readonly Output[]): ReturnType<ClientsRule> {
  const rows = call.graph.op(`${type}OfClients`, [x.places as Output, ...inputs], { T: typeNumber(x.dtype) });
  const sizes = (x.shape as Shape).slice(1).map((size) => size ?? -1);
  return { outputs: sizes.length === 0 ? rows : call.graph.op('EnsureShape', rows, { shape: { shape: [-1, -1, ...sizes] } }) };
}

/** A strided slice of rows next to each other. */
export function rowsAtPlaces(call: ClientsOp): ReturnType<ClientsRule> | undefined {
  const [x, begin, end, strides] = call.inputs.map(one) as [Output, Output, Output, Output];
  const isOfRows = begin.shape?.[0] === 1 && begin.dtype === 'int32' && constantOf(strides)?.[0] === 1;
  const isMasked = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].some((mask) => call.attributes[mask]);
  if (x.places === undefined || !isOfRows || isMasked) return undefined;
  // A vector of one is a number of all clients.
  const bounds = [shared(call.type, begin), shared(call.type, end)];
  if (x.dtype !== 'float32' || x.rank < 2) return rowsOf(call, 'FedkerasRows', x, bounds);
  const [rows] = call.graph.op('FedkerasPlaceOfRowsOfClients', [x.places, ...bounds], { T: typeNumber(x.dtype) }) as [Output];
  return { outputs: [atPlaces(rows, { dtype: x.dtype, shape: [null, ...(x.shape as Shape).slice(1)] })] };
}

/** Rows made flat: whoever reads them in place takes no notice of their axes. */
export function flatAtPlaces(call: ClientsOp): ReturnType<ClientsRule> | undefined {
  const [x, to] = call.inputs.map(one) as [Output, Output];
  if (x.places === undefined) return undefined;
  const [rows, size, ...others] = constantOf(to) ?? [];
  const width = (x.shape as Shape).slice(1).reduce<number>((n, axis) => n * (axis ?? Number.NaN), 1);
  if (rows !== -1 || others.length > 0 || size !== width) return undefined;
  const [places] = call.graph.op('Identity', [x.places]) as [Output];
  return { outputs: [atPlaces(places, { dtype: x.dtype, shape: [x.shape?.[0] ?? null, width] })] };
}

/** Whether there are ops that read what clients have of it without a copy: products do, of matrices. */
export const isReadInPlace = (x: Output): boolean => x.places !== undefined && x.dtype === 'float32' && x.rank === 2;

/** Rows by their numbers. */
export function rowsPickedAtPlaces(call: ClientsOp): ReturnType<ClientsRule> | undefined {
  const [x, numbers, axis] = call.inputs.map(one) as [Output, Output, Output];
  if (x.places === undefined || isFlat(x) || numbers.rank !== 1) return undefined;
  if (constantOf(axis)?.[0] !== 0 || call.attributes.batch_dims) return undefined;
  return rowsOf(call, 'FedkerasRowsAt', x, [withAxis(numbers)]);
}
