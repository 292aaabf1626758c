/**
 * Noise of a binary tree over the rounds: the noise of a sum of rounds is that of the few nodes that cover them.
 *
 * A level of the tree holds the last complete node of its size that no larger one covers; bit `l` of the number of rounds says whether
 * level `l` holds one now. Each round adds a leaf, which merges with the nodes of the levels below the lowest free one.
 */
import type { Graph, Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { expandDims, fill, gather, reshape, stack, zerosLike } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { add, cast, div, equal, floorDiv, floorMod, mul, pow, sub } from '../graph/ops/math.js';
import type { TensorSpec } from '../tensor-spec.js';
import { unitNoise } from './randomness.js';

/** The nodes of all levels for one tensor: its shape behind a first axis of levels. */
export type Level = Output;

export interface TreeNoise {
  readonly levels: readonly Level[];
  /** The noise of all rounds of the tree minus that of all but the last, in units of a leaf's. */
  readonly residual: readonly Output[];
}

/** An empty tree of `depth` levels, for `2^depth - 1` rounds. */
export const treeLevels = (graph: Graph, specs: readonly TensorSpec[], depth: number): Level[] =>
  specs.map(({ shape, dtype }) => fill(graph.constant([depth, ...(shape as number[])], 'int32'), graph.constant(0, dtype)));

/**
 * Adds a leaf.
 *
 * @param step Leaves before it, an `int64` scalar.
 * @param efficient Whether a node is the best estimate from its own noise and that of all nodes below, whose variance is
 *   `1 / (2 - 2^-l)` at level `l` (Honaker 2015), rather than its own noise alone.
 */
export function treeNoise(levels: readonly Level[], step: Output, seed: Output, efficient: boolean): TreeNoise {
  const { graph } = step;
  const count = levels.length;
  const slices = levels.map((nodes) => gather(nodes, graph.constant(0, 'int32')));
  const draw = (level: Output): Output[] =>
    unitNoise('gaussian', add(seed, stack([cast(level, 'int64'), graph.constant(0, 'int64')])), slices);
  const zero = graph.constant(0, 'int32');
  const removed = slices.map((x) => zerosLike(x));
  const [level, , ...sums] = whileLoop(
    graph,
    [zero, step, ...draw(zero), ...removed],
    ([, rest]) => equal(floorMod(rest as Output, 2), 1),
    ([at, rest, ...values]) => {
      const above = add(at as Output, 1);
      const own = draw(above);
      const nodes = levels.map((l) => gather(l, at as Output));
      const merged = own.map((fresh, i) => (efficient ? estimate(fresh, add(nodes[i] as Output, values[i] as Output), above) : fresh));
      return [above, floorDiv(rest as Output, 2), ...merged, ...nodes.map((node, i) => add(values[count + i] as Output, node))];
    },
  ) as [Output, Output, ...Output[]];
  const nodes = sums.slice(0, count);
  return {
    levels: levels.map((l, i) => op('TensorScatterUpdate', [l, reshape(level, [1, 1]), expandDims(nodes[i] as Output, 0)])),
    residual: nodes.map((node, i) => sub(node, sums[count + i] as Output)),
  };
}

/** The mean of a node's own noise and the sum of its two children, by their precision. */
function estimate(own: Output, children: Output, level: Output): Output {
  const power = pow(0.5, cast(level, 'float32'));
  const variance = cast(div(1, sub(2, power)), own.dtype);
  return add(mul(own, variance), mul(children, sub(1, variance)));
}
