/** A client's batches inside the graph: a loop over epochs and steps that cuts them out of the client's tensors. */

import type { ClientDataset } from '../data/client-dataset.js';
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { concat, gather, indexAxis, reshape, type Size, sizeOfAxis, sizeOutput, slice } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { add, cast, floorDiv, floorMod, less, minimum, mul, sub, topK } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { anyBatch, type InputSpec, inputsSpec, labelsSpec } from '../models/batch.js';
import type { Tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree, unflatten } from '../tree.js';

/** A client's data as graph inputs. */
export interface DatasetInputs {
  readonly x: Tree<Output>;
  readonly y: Tree<Output>;
  /** `[batch size, steps per epoch, epochs]`, `int32`. */
  readonly schedule: Output;
  /** An `int64` vector of two: all randomness of this client in this round. */
  readonly seed: Output;
}

/** The specs of a client's data for a model's input spec. */
export const datasetSpecs = (spec: InputSpec): Tree<TensorSpec> => ({
  x: anyBatch(inputsSpec(spec)),
  y: anyBatch(labelsSpec(spec)),
  schedule: tensorSpec([3], 'int32') as TensorSpec,
  seed: tensorSpec([2], 'int64') as TensorSpec,
});

/** The tensors of a client's data, in the specs' structure. */
export const datasetTensors = (dataset: ClientDataset, seed: Tensor): Tree<Tensor> => ({
  x: dataset.x,
  y: dataset.y,
  schedule: dataset.schedule,
  seed,
});

/** One step of the loop: the batch, a seed of its own, and the loop's variables. */
export type BatchStep<T extends Tree<Output>> = (
  batch: { readonly x: Tree<Output>; readonly y: Tree<Output> },
  variables: T,
  seed: Output,
) => T;

/**
 * Runs `step` over all batches of all epochs.
 *
 * @param shuffle Whether each epoch takes the examples in an order of its own.
 * @returns The variables after the last step.
 */
export function overBatches<T extends Tree<Output>>(inputs: DatasetInputs, shuffle: boolean, initial: T, step: BatchStep<T>): T {
  const { schedule, seed } = inputs;
  const { graph } = schedule;
  const [batchSize, stepsPerEpoch, epochs] = [0, 1, 2].map((i) => indexAxis(schedule, 0, i)) as [Output, Output, Output];
  const first = flatten(inputs.x)[0] as Output;
  const rows = sizeOutput(first, sizeOfAxis(first, 0));
  const order = shuffle ? permutations(seed, epochs, rows) : undefined;
  const steps = mul(stepsPerEpoch, epochs);
  const [, ...results] = whileLoop(
    graph,
    [graph.constant(0, 'int32'), ...flatten(initial as Tree<Output>)],
    ([i]) => less(i as Output, steps),
    ([i, ...variables]) => {
      const at = i as Output;
      const begin = mul(floorMod(at, stepsPerEpoch), batchSize);
      const size = minimum(batchSize, sub(rows, begin));
      const cut =
        order === undefined
          ? (t: Output): Output => rowsFrom(t, begin, size)
          : (t: Output): Output => gather(t, rowsFrom(order, add(mul(floorDiv(at, stepsPerEpoch), rows), begin), size));
      const batch = { x: mapTree(inputs.x, cut), y: mapTree(inputs.y, cut) };
      const zero = at.graph.constant([0n], 'int64', [1]);
      const stepSeed = add(seed, concat([reshape(cast(at, 'int64'), [1]), zero], 0));
      return [add(at, 1), ...flatten(step(batch, unflatten(initial, variables) as T, stepSeed) as Tree<Output>)];
    },
  );
  return unflatten(initial, results) as T;
}

/** `size` rows of `t` from `begin` on. */
function rowsFrom(t: Output, begin: Output, size: Output): Output {
  const rest = t.rank - 1;
  const zeros: Size[] = Array.from({ length: rest }, () => 0);
  const all: Size[] = Array.from({ length: rest }, () => -1);
  return slice(t, [begin, ...zeros], [size, ...all]);
}

/** The rows' order in each epoch, one after another: an `int32` vector of `epochs · rows`. */
function permutations(seed: Output, epochs: Output, rows: Output): Output {
  const salted = add(seed, seed.graph.constant([0n, -1n], 'int64', [2]));
  const keys = randomUniform(salted, op('Pack', [[epochs, rows]], { axis: 0 }));
  return reshape(topK(keys, rows).indices, [-1]);
}
