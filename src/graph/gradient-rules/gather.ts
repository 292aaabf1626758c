/** Picking and placing by index, sums of segments. */
import { TensorFlowError } from '../../errors.js';
import type { Output } from '../graph.js';
import {
  concat,
  gather,
  product,
  range,
  reshape,
  reshapeLike,
  type Size,
  shapeOf,
  sizeOutput,
  sizesOf,
  transpose,
  zerosLike,
} from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { add, cast, greaterEqual, maximum, mul, where } from '../ops/math.js';
import { constantOf, each, first, type GradientRule, isGiven, type Rules } from './rule.js';

/** Indices into `count` blocks of `size` values, one block per row: those of each row are moved on by its place. */
function moved(indices: Output, count: Size, size: Size): Output {
  const offsets = mul(cast(range(indices, 0, count), indices.dtype), cast(sizeOutput(indices, size), indices.dtype));
  return add(indices, reshape(offsets, [-1, ...Array.from({ length: indices.rank - 1 }, () => 1)]));
}

const Gather: GradientRule = first((dy, { name, inputs: [x, indices, axisInput], attributes }) => {
  const [params, ids] = [x as Output, indices as Output];
  const given = axisInput === undefined ? 0 : constantOf(axisInput)?.[0];
  if (given === undefined) throw new TensorFlowError('UNIMPLEMENTED', `the gradient of ${name} needs a constant axis`);
  const axis = given < 0 ? given + params.rank : given;
  const batchAxes = Number(attributes.batch_dims ?? 0);
  const batches = batchAxes < 0 ? batchAxes + ids.rank : batchAxes;
  // dy: [batches, between, indices' own axes, rest]. The axes of the indices go before those between, so that each index has a row.
  const own = ids.rank - batches;
  const axes = Array.from({ length: params.rank - 1 + own }, (_, i) => i);
  const rows = transpose(dy, [
    ...axes.slice(0, batches),
    ...axes.slice(axis, axis + own),
    ...axes.slice(batches, axis),
    ...axes.slice(axis + own),
  ]);
  const full = sizesOf(params);
  const [outer, count] = [full.slice(0, batches), full[axis] as Size];
  const row = [...full.slice(batches, axis), ...full.slice(axis + 1)];
  const blocks = product(outer, params);
  const segments = batches === 0 ? reshape(ids, [-1]) : reshape(moved(reshape(ids, [blocks, -1]), blocks, count), [-1]);
  // One row per index: as many as there are, but that number is known to neither shape alone.
  const unknown = row.some((size) => typeof size !== 'number');
  const flat = reshape(rows, unknown ? concat([constantLike(params, [-1]), rowShape(params, batches, axis)], 0) : [-1, ...row]);
  const summed = op('UnsortedSegmentSum', [flat, segments, sizeOutput(params, product([blocks, count], params))]);
  const grouped = batches === 0 ? summed : reshape(summed, [...outer, count, ...row]);
  const back = Array.from({ length: params.rank }, (_, i) => (i < batches || i > axis ? i : i === axis ? batches : i + 1));
  return transpose(grouped, back);
});

/** The sizes of all axes but the batches' and the gathered one, at run time. */
const rowShape = (params: Output, batches: number, axis: number): Output =>
  gather(
    shapeOf(params),
    constantLike(
      params,
      Array.from({ length: params.rank }, (_, i) => i).filter((i) => i >= batches && i !== axis),
    ),
  );

/** Values of `dy` at their segment's place; none for a negative segment, whose values were left out. */
function ofSegments(dy: Output, segments: Output): Output {
  const picked = gather(dy, maximum(segments, 0));
  const kept = reshape(greaterEqual(segments, 0), concat([shapeOf(segments), constantLike(dy, Array(dy.rank - 1).fill(1) as number[])], 0));
  return where(kept, picked, zerosLike(picked));
}

/** Gradients of a tensor and of updates that were put (or added) into it. */
const scatterInto = (replaced: boolean): GradientRule =>
  each((dy, { inputs: [, indices, updates] }) => [
    () => (replaced ? op('TensorScatterUpdate', [dy, indices as Output, zerosLike(updates as Output)]) : dy),
    null,
    () => op('GatherNd', [dy, indices as Output]),
  ]);

export const gatherRules: Rules = {
  Gather,
  GatherV2: Gather,
  GatherNd: first((dy, { inputs: [x, indices] }) =>
    op('ScatterNd', [indices as Output, dy, shapeOf(x as Output, (indices as Output).dtype as 'int32' | 'int64')]),
  ),
  ScatterNd: each((dy, { inputs: [indices] }) => [null, () => op('GatherNd', [dy, indices as Output]), null]),
  TensorScatterUpdate: scatterInto(true),
  TensorScatterAdd: scatterInto(false),
  UnsortedSegmentSum: first((dy, { inputs: [, segments] }) => ofSegments(dy, segments as Output)),
  SegmentSum: first((dy, { inputs: [, segments] }) => gather(dy, segments as Output)),
  TopKV2: ({ inputs: [x], outputs: [values, indices] }, [dy]) => {
    if (!isGiven(dy)) return [null, null];
    const [input, ids] = [x as Output, indices as Output];
    const size = sizesOf(input).at(-1) as Size;
    const rows = product(sizesOf(input).slice(0, -1), input);
    // One row per row of the input, each with indices of its own.
    const columns = sizesOf(values as Output).at(-1) as Size;
    const flat = reshape(moved(reshape(ids, [rows, columns]), rows, size), [-1, 1]);
    const placed = op('ScatterNd', [flat, reshape(dy, [-1]), reshape(sizeOutput(input, product([rows, size], input)), [1])]);
    return [reshapeLike(placed, input), null];
  },
};
