import { describe, expect, it } from 'vitest';
import { ClientComputation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import {
  broadcastTo,
  concat,
  expandDims,
  fill,
  gather,
  indexAxis,
  oneHot,
  pad,
  reshape,
  shapeOf,
  sizeOfAxis,
  sizeOutput,
  slice,
  sliceAxis,
  split,
  splitSizes,
  squeeze,
  stack,
  tile,
  transpose,
  unstack,
} from '../../../src/graph/ops/array.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { add, cast } from '../../../src/graph/ops/math.js';
import { tensor } from '../../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../../src/tensor-spec.js';
import { testClients, type Values } from './clients.js';

const X = [3, 4, 2];
const ROWS: Values = { shape: X, unknown: [0] };
const INDEX: Values = { shape: [5], dtype: 'int32', of: (u) => Math.floor(3 * u) };
/** Some belong to no segment. */
const SEGMENTS: Values = { shape: [3], dtype: 'int32', of: (u) => Math.floor(5 * u) - 1 };

describe('shapes', () => {
  testClients({
    'Reshape to known sizes': {
      own: [X],
      fn: ([x]) => [reshape(x as Output, [4, 6]), reshape(x as Output, [-1, 2]), reshape(x as Output, [-1])],
    },
    'Reshape of unknown rows': {
      own: [ROWS],
      fn: ([x]) => [reshape(x as Output, [-1, 8]), reshape(x as Output, [sizeOfAxis(x as Output, 0), -1])],
    },
    'Reshape of what clients share to their shape': {
      own: [ROWS],
      shared: [[24]],
      fn: ([x], [y]) => add(x as Output, reshape(y as Output, shapeOf(x as Output))),
    },
    ExpandDims: { own: [X], fn: ([x]) => [0, 1, 3, -1, -2].map((axis) => expandDims(x as Output, axis)) },
    Squeeze: { own: [[3, 1, 2, 1]], fn: ([x]) => [squeeze(x as Output, [1]), squeeze(x as Output, [-1]), squeeze(x as Output, [1, 3])] },
    Transpose: { own: [X], fn: ([x]) => [transpose(x as Output, [2, 0, 1]), transpose(x as Output, [0, 2, 1])] },
    'Shape and Size': {
      own: [ROWS],
      fn: ([x]) => [
        shapeOf(x as Output),
        shapeOf(x as Output, 'int64'),
        op('Size', [x as Output]),
        sizeOutput(x as Output, sizeOfAxis(x as Output, 0)),
        sizeOutput(x as Output, sizeOfAxis(x as Output, -3)),
      ],
    },
    Fill: { own: [[]], fn: ([x]) => fill(constantLike(x as Output, [2, 3]), x as Output) },
    BroadcastTo: { own: [[2]], fn: ([x]) => broadcastTo(x as Output, constantLike(x as Output, [3, 4, 2])) },
    Tile: { own: [X], fn: ([x]) => tile(x as Output, [2, 1, 3]) },
    Pad: {
      own: [X],
      fn: ([x]) =>
        pad(x as Output, [
          [1, 0],
          [0, 2],
          [0, 0],
        ]),
    },
  });
});

describe('parts', () => {
  testClients({
    'Pack and Unpack': {
      own: [X, X],
      shared: [X],
      fn: ([x, y], [z]) => [
        stack([x, y, z] as Output[]),
        stack([z, x] as Output[], -1),
        ...unstack(x as Output, 1),
        ...unstack(y as Output, -1),
      ],
    },
    'Split and SplitV': {
      own: [X],
      fn: ([x]) => [...split(x as Output, 2, 1), ...split(x as Output, 2, -1), ...splitSizes(x as Output, [1, 3], 1)],
    },
    ConcatV2: { own: [X, X], shared: [X], fn: ([x, y], [z]) => [concat([x, y, z] as Output[], 0), concat([z, y] as Output[], -1)] },
    StridedSlice: {
      own: [X],
      fn: ([x]) => [
        sliceAxis(x as Output, 0, 1),
        sliceAxis(x as Output, 1, -2),
        sliceAxis(x as Output, 1, 3, 0, -1),
        indexAxis(x as Output, 2, 1),
        indexAxis(x as Output, 0, -1),
      ],
    },
    'StridedSlice with bounds that are computed': {
      own: [ROWS],
      fn: ([x]) => {
        const last = reshape(sizeOutput(x as Output, sizeOfAxis(x as Output, 0)), [1]);
        const [one, two] = [1, 2].map((n) => constantLike(x as Output, [n])) as [Output, Output];
        return [op('StridedSlice', [x as Output, one, last, one]), op('StridedSlice', [x as Output, one, add(last, 3), two])];
      },
    },
    Slice: { own: [X], fn: ([x]) => slice(x as Output, [1, 0, 1], [2, -1, 1]) },
    'bounds, axes and shapes of 64 bits': {
      own: [X],
      fn: ([x]) => {
        const long = (...values: number[]) => (x as Output).graph.constant(values.map(BigInt), 'int64', [values.length]);
        const [begin, end, step] = [long(1, 0), long(3, 2), long(1, 1)];
        return [
          op('Slice', [x as Output, long(1, 0, 1), long(2, -1, 1)]),
          op('StridedSlice', [x as Output, begin, end, step]),
          op('Transpose', [x as Output, long(2, 0, 1)]),
          op('Reshape', [x as Output, long(4, -1)]),
          op('Sum', [x as Output, long(0, 1)]),
          op('Tile', [x as Output, long(1, 2, 1)]),
        ];
      },
      near: 1e-6,
    },
    'an ellipsis and a new axis': {
      own: [X],
      fn: ([x]) => {
        const at = (...values: number[]) => constantLike(x as Output, values);
        return [
          op('StridedSlice', [x as Output, at(0, 1), at(0, 2), at(1, 1)], { ellipsis_mask: 1 }),
          op('StridedSlice', [x as Output, at(0, 0, 1), at(0, 0, 3), at(1, 1, 1)], { new_axis_mask: 1, begin_mask: 2, end_mask: 2 }),
        ];
      },
    },
    OneHot: { own: [INDEX], fn: ([i]) => oneHot(i as Output, 4) },
  });
});

describe('indices', () => {
  testClients({
    'GatherV2 from what is theirs by their own': { own: [X, INDEX], fn: ([x, i]) => gather(x as Output, i as Output) },
    'GatherV2 from what is theirs by shared ones': {
      own: [X],
      shared: [INDEX],
      fn: ([x], [i]) => [gather(x as Output, i as Output), gather(x as Output, i as Output, 1)],
    },
    'GatherV2 from what they share': { own: [INDEX], shared: [X], fn: ([i], [x]) => gather(x as Output, i as Output) },
    UnsortedSegmentSum: {
      own: [X, SEGMENTS],
      fn: ([x, s]) => [
        op('UnsortedSegmentSum', [x as Output, s as Output, constantLike(x as Output, 4)]),
        op('UnsortedSegmentSum', [x as Output, cast(s as Output, 'int64'), constantLike(x as Output, 4)]),
      ],
    },
    'UnsortedSegmentSum of several axes': {
      own: [X, { ...SEGMENTS, shape: [3, 4] }],
      fn: ([x, s]) => op('UnsortedSegmentSum', [x as Output, s as Output, constantLike(x as Output, 4)]),
    },
  });
});

it('refuses a segment that there is not, and says whose it is', async () => {
  const specs = [tensorSpec([2]), tensorSpec([2], 'int32')] as TensorSpec[];
  const computation = ClientComputation.compile([], specs, (_, own) => {
    const [x, s] = own as [Output, Output];
    return { combined: [], returned: [op('UnsortedSegmentSum', [x, s, constantLike(x, 2)])] };
  });
  expect(computation.isTogether).toBe(true);
  const client = (...segments: number[]) => [tensor([1, 2]), tensor(Int32Array.from(segments))];
  const run = computation.runMany([], [client(0, 1), client(1, 2), client(1, 1)], computation.accumulator(), 0, null);
  await expect(run).rejects.toThrow(/^clients\[1\]: .*out of range/);
  computation.dispose();
});

it('leaves clients alone where an op has no form for several', () => {
  const alone = (fn: (x: Output) => Output): boolean =>
    !ClientComputation.compile([], [tensorSpec([2, 2])], (_, own) => ({ combined: [], returned: [fn((own as Output[])[0] as Output)] }))
      .isTogether;
  expect(alone((x) => op('MatrixInverse', [x]))).toBe(true);
  // Where each client says itself what is cut, or how often.
  expect(alone((x) => op('Tile', [x, cast(sliceAxis(reshape(x, [-1]), 0, 0, 2), 'int32')]))).toBe(true);
  expect(alone((x) => add(x, 1))).toBe(false);
});
