/** Shapes: the axis of clients stays in front. */

import { constantOf } from '../gradient-rules/rule.js';
import { type ClientsOp, type ClientsRule, type ClientsRules, NotOfClientsError, type Output } from '../graph.js';
import { concat, expandDims, onesLike, reshape, sliceAxis, zerosLike } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { add, cast, less, mul, where } from '../ops/math.js';
import { flatAtPlaces, rowsAtPlaces, rowsPickedAtPlaces, sizesAtPlaces } from './places.js';
import { aligned, everyones, joined, numbersOf, ofEach, one, prepended, same, shared, shifted, wholeShape } from './rule.js';

/** The sizes of one client's axes. */
const sizesOfOne = (x: Output, attributes: ClientsOp['attributes']): Output =>
  x.places === undefined ? sliceAxis(op('Shape', [everyones(x)], attributes), 0, 1) : sizesAtPlaces(x, x.places, attributes);

/** The same with the size that is left open, where it follows from known ones. */
function closed(sizes: readonly number[] | undefined, { shape }: Output): readonly number[] | undefined {
  const total = (shape ?? [null]).reduce<number>((n, size) => n * (size ?? Number.NaN), 1);
  const others = sizes?.reduce((n, size) => (size < 0 ? n : n * size), 1) ?? 0;
  return sizes?.map((size) => (size < 0 && total / others >= 0 ? total / others : size));
}

const inShape: ClientsRule = same(({ type, inputs: [x, shape] }) => {
  const to = shared(type, one(shape));
  const sizes = closed(constantOf(to), one(x));
  const isKnown = sizes?.every((size) => size >= 0);
  return { inputs: [ofEach(one(x)), isKnown ? constantLike(to, [-1, ...(sizes as number[])], to.dtype) : wholeShape(to)] };
});

const reshaped: ClientsRule = (call) => flatAtPlaces(call) ?? inShape(call);

/** A constant input that is an axis of the other one. */
const axisAt = (place: number): ClientsRule =>
  same(({ type, inputs }) => {
    const [axis] = numbersOf(type, one(inputs[place])) as [number];
    return {
      inputs: inputs.map((input, i) => (i === place ? constantLike(one(input), shifted(axis)) : joined(input))),
    };
  });

const axisAttribute = (attribute: string): ClientsRule =>
  same(({ inputs, attributes }) => ({
    inputs: inputs.map(joined),
    attributes: { [attribute]: shifted((attributes[attribute] as number | undefined) ?? 0) },
  }));

const stridedSlice: ClientsRule = (call) => rowsAtPlaces(call) ?? sliced(call);

const sliced: ClientsRule = same(({ type, inputs: [x, ...bounds], attributes }) => {
  const [begin, end, strides] = bounds.map((bound) => shared(type, one(bound))) as [Output, Output, Output];
  const mask = (name: string): number => ((attributes[name] as number | undefined) ?? 0) * 2;
  return {
    inputs: [everyones(one(x)), prepended(0, begin), prepended(0, end), prepended(1, strides)],
    attributes: {
      begin_mask: mask('begin_mask') + 1,
      end_mask: mask('end_mask') + 1,
      ellipsis_mask: mask('ellipsis_mask'),
      new_axis_mask: mask('new_axis_mask'),
      shrink_axis_mask: mask('shrink_axis_mask'),
    },
  };
});

const gather: ClientsRule = (call) => rowsPickedAtPlaces(call) ?? gathered(call);

const gathered: ClientsRule = ({ graph, type, inputs: [x, indices, axis], attributes }) => {
  const [from, at] = [one(x), one(indices)];
  const [along] = numbersOf(type, one(axis)) as [number];
  const batchDims = (attributes.batch_dims as number | undefined) ?? 0;
  if (batchDims !== 0 || along < 0 || (!from.isOfClients && along !== 0)) throw new NotOfClientsError(type);
  const inputs = [everyones(from), everyones(at), constantLike(from, from.isOfClients ? along + 1 : 0)];
  const isEach = from.isOfClients && at.isOfClients;
  return { outputs: graph.op(type, inputs, { ...attributes, batch_dims: isEach ? 1 : 0 }) };
};

/** `x` repeated until it has a shape, a vector that clients share. */
const broadcast = (type: string, x: Output, shape: Output): Output => {
  const rank = shared(type, shape).shape?.[0];
  if (typeof rank !== 'number') throw new NotOfClientsError(type);
  return op('BroadcastTo', [...aligned([x], rank), wholeShape(shape)]);
};

export const arrayRules: ClientsRules = {
  Reshape: reshaped,
  ExpandDims: axisAt(1),
  Split: axisAt(0),
  SplitV: axisAt(2),
  ConcatV2: axisAt(1),
  Pack: axisAttribute('axis'),
  Unpack: axisAttribute('axis'),
  Squeeze: same(({ type, inputs: [x], attributes }) => {
    const axes = attributes.squeeze_dims as readonly number[] | undefined;
    if (axes === undefined || axes.length === 0) throw new NotOfClientsError(type);
    return { inputs: [everyones(one(x))], attributes: { squeeze_dims: axes.map(shifted) } };
  }),
  Transpose: same(({ type, inputs: [x, order] }) => ({
    inputs: [everyones(one(x)), constantLike(one(order), [0, ...numbersOf(type, one(order)).map(shifted)])],
  })),
  StridedSlice: stridedSlice,
  Slice: same(({ type, inputs: [x, begin, size] }) => ({
    inputs: [everyones(one(x)), prepended(0, shared(type, one(begin))), prepended(-1, shared(type, one(size)))],
  })),
  Tile: same(({ type, inputs: [x, multiples] }) => ({
    inputs: [everyones(one(x)), prepended(1, shared(type, one(multiples)))],
  })),
  Pad: same(({ type, inputs: [x, paddings] }) => ({
    inputs: [
      everyones(one(x)),
      concat([one(paddings).graph.constant([0, 0], one(paddings).dtype, [1, 2]), shared(type, one(paddings))], 0),
    ],
  })),
  GatherV2: gather,
  // Each client has numbers of segments of its own. What belongs to none stays so, and a number that is too high is so for all of them: the op
  // refuses it, where it would be a segment of the next client.
  UnsortedSegmentSum: ({ graph, type, inputs: [data, ids, count] }) => {
    const [given, segments] = [ofEach(one(data)), ofEach(one(ids))];
    const number = cast(shared(type, one(count)), segments.dtype);
    const clients = reshape(cast(graph.clients, segments.dtype), []);
    const first = mul(op('Range', [zerosLike(clients), clients, onesLike(clients)]), number);
    const offsets = Array.from({ length: one(ids).rank }).reduce<Output>((x) => expandDims(x, -1), first);
    const total = mul(clients, number);
    const own = where(less(segments, 0), segments, where(less(segments, number), add(segments, offsets), total));
    const sums = op('UnsortedSegmentSum', [given, own, total]);
    const rest = sliceAxis(op('Shape', [given]), 0, one(ids).rank + 1);
    return { outputs: [op('Reshape', [sums, concat([graph.clients, reshape(cast(number, 'int32'), [1]), rest], 0)])] };
  },
  BroadcastTo: ({ type, inputs: [x, shape] }) => ({ outputs: [broadcast(type, one(x), one(shape))] }),
  Fill: ({ type, inputs: [shape, value] }) => ({ outputs: [broadcast(type, one(value), one(shape))] }),
  OneHot: same(({ type, inputs: [indices, ...others], attributes }) => {
    if (attributes.axis !== -1) throw new NotOfClientsError(type);
    return { inputs: [everyones(one(indices)), ...others.map((other) => shared(type, one(other)))] };
  }),
  Shape: ({ inputs: [x], attributes }) => ({ outputs: [sizesOfOne(one(x), attributes)], shared: true }),
  Size: ({ inputs: [x], attributes }) => {
    const sizes = sizesOfOne(one(x), attributes);
    return { outputs: [op('Prod', [sizes, constantLike(sizes, [0])])], shared: true };
  },
};
