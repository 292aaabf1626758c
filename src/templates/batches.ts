/** A client's batches inside the graph: a loop over epochs and steps that cuts them out of the client's tensors. */

import type { ClientDataset } from '../data/client-dataset.js';
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { concat, gather, reshape, sizeOfAxis, sizeOutput, split, unstack } from '../graph/ops/array.js';
import { constantLike, op } from '../graph/ops/core.js';
import { add, cast, floorDiv, floorMod, lessEqual, maximum, minimum, mul, sub, topK } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { anyBatch, type InputSpec, inputsSpec, labelsSpec, sampleWeightSpec } from '../models/batch.js';
import type { Tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree, unflatten } from '../tree.js';

/** How a client's data is gone through, `int32` scalars. */
export interface Schedule {
  readonly batchSize: Output;
  readonly stepsPerEpoch: Output;
  readonly epochs: Output;
  /** Steps in all epochs. */
  readonly batches: Output;
  /** Examples in all epochs. */
  readonly examples: Output;
}

/** A client's data as graph inputs. */
export interface DatasetInputs {
  readonly x: Tree<Output>;
  readonly y: Tree<Output>;
  /** Factors for the losses of the examples; an empty list for none. */
  readonly sampleWeight: Tree<Output>;
  readonly schedule: Schedule;
  /** An `int64` vector of two: all randomness of this client in this round. */
  readonly seed: Output;
  /** What is kept from training, where the option `localEvaluation` says so. */
  readonly validation?: DatasetInputs;
}

/** How a client's data is gone through: alike for clients that are computed together. */
export const SCHEDULE = tensorSpec([5], 'int32') as TensorSpec;

/** The specs of a client's data for a model's input spec, and of its seed. */
export const datasetSpecs = (spec: InputSpec): Tree<TensorSpec> => [
  {
    x: anyBatch(inputsSpec(spec)),
    y: anyBatch(labelsSpec(spec)),
    sampleWeight: anyBatch(sampleWeightSpec(spec)),
    schedule: SCHEDULE,
  },
  tensorSpec([2], 'int64') as TensorSpec,
];

/** A client's data from a computation's inputs in the structure of {@link datasetSpecs}. */
export function datasetInputs(item: Tree<Output>): DatasetInputs {
  const [{ schedule, ...data }, seed] = item as unknown as [Omit<DatasetInputs, 'schedule' | 'seed'> & { schedule: Output }, Output];
  const [batchSize, stepsPerEpoch, epochs, batches, examples] = unstack(schedule) as [Output, Output, Output, Output, Output];
  return { ...data, seed, schedule: { batchSize, stepsPerEpoch, epochs, batches, examples } };
}

/** The tensors of a client's data, in the specs' order. */
export const datasetTensors = (dataset: ClientDataset, seed: Tensor): Tree<Tensor> => [dataset.tensors, seed];

/** The same data gone through in another number of steps, at least 1: as many epochs as they take, the last perhaps in part. */
export const inSteps = (inputs: DatasetInputs, steps: number): DatasetInputs =>
  inBatches(inputs, inputs.seed.graph.constant(steps, 'int32'));

/** The same data in other batches: as many as `batches`, an `int32` scalar, of `batchSize` examples, the client's own by default. */
export function inBatches(inputs: DatasetInputs, batches: Output, batchSize: Output = inputs.schedule.batchSize): DatasetInputs {
  const rows = rowsOf(inputs);
  const stepsPerEpoch = batchSize === inputs.schedule.batchSize ? inputs.schedule.stepsPerEpoch : batchesOf(rows, batchSize);
  const examples = (count: Output): Output => minimum(rows, mul(count, batchSize));
  const whole = floorDiv(batches, stepsPerEpoch);
  const rest = floorMod(batches, stepsPerEpoch);
  const schedule = {
    batchSize,
    stepsPerEpoch,
    epochs: batchesOf(batches, stepsPerEpoch),
    batches,
    examples: add(mul(whole, examples(stepsPerEpoch)), examples(rest)),
  };
  return { ...inputs, schedule };
}

/** The number of groups of a size that hold `count`, the last perhaps in part. */
export const batchesOf = (count: Output, size: Output): Output => floorDiv(add(count, sub(size, 1)), size);

/** The number of a client's rows that batches are made of: a remainder that is dropped is none of them. */
export function usedRows(inputs: DatasetInputs): Output {
  const { batchSize, stepsPerEpoch } = inputs.schedule;
  return minimum(rowsOf(inputs), mul(stepsPerEpoch, batchSize));
}

/** Some of the rows, which `take` takes of each tensor, as data of their own, gone through as often. */
export function ofRows(inputs: DatasetInputs, take: (t: Output) => Output, rows: Output): DatasetInputs {
  const { batchSize, epochs } = inputs.schedule;
  const steps = batchesOf(rows, batchSize);
  return {
    ...inputs,
    x: mapTree(inputs.x, take),
    y: mapTree(inputs.y, take),
    sampleWeight: mapTree(inputs.sampleWeight, take),
    schedule: {
      batchSize,
      // Nothing is divided by it where there are no steps, but TensorFlow may not divide by 0.
      stepsPerEpoch: maximum(steps, constantLike(steps, 1)),
      epochs,
      batches: mul(steps, epochs),
      examples: mul(rows, epochs),
    },
  };
}

/** The same data gone through once. */
export function once(inputs: DatasetInputs): DatasetInputs {
  const { batchSize, stepsPerEpoch, epochs, examples } = inputs.schedule;
  const schedule = {
    batchSize,
    stepsPerEpoch,
    epochs: constantLike(epochs, 1),
    batches: stepsPerEpoch,
    examples: floorDiv(examples, epochs),
  };
  return { ...inputs, schedule };
}

/** The number of examples in a batch, an `int32` scalar. */
export function batchRows(batch: Tree<Output>): Output {
  const first = flatten(batch)[0] as Output;
  return sizeOutput(first, sizeOfAxis(first, 0));
}

/** One step of the loop: the batch, a seed of its own, and the loop's variables. */
export type BatchStep<T extends Tree<Output>> = (
  batch: Pick<DatasetInputs, 'x' | 'y' | 'sampleWeight'>,
  variables: T,
  seed: () => Output,
) => T;

/** How the batches are gone through. */
export interface BatchesOptions {
  /** Whether each epoch takes the examples in an order of its own. */
  readonly shuffle: boolean;
  /** Steps per iteration of the loop, at least 1: the loop's own cost is paid once for them, and the graph has so many copies of a step. */
  readonly unroll: number;
}

/**
 * Runs `step` over all batches of all epochs.
 *
 * @returns The variables after the last step.
 */
export function overBatches<T extends Tree<Output>>(
  inputs: DatasetInputs,
  { shuffle, unroll }: BatchesOptions,
  initial: T,
  step: BatchStep<T>,
): T {
  const { seed } = inputs;
  const { graph } = seed;
  const { batchSize, stepsPerEpoch, epochs, batches } = inputs.schedule;
  const rows = rowsOf(inputs);
  const order = shuffle ? permutations(seed, epochs, rows) : undefined;
  const oneStep = ({ at, cut }: Place, variables: readonly Output[]): Output[] => {
    const batch = { x: mapTree(inputs.x, cut), y: mapTree(inputs.y, cut), sampleWeight: mapTree(inputs.sampleWeight, cut) };
    const stepSeed = (): Output => add(seed, concat([cast(at, 'int64'), at.graph.constant([0n], 'int64', [1])], 0));
    return flatten(step(batch, unflatten(initial, variables) as T, stepSeed) as Tree<Output>);
  };
  // The arithmetic of all steps of an iteration is done at once: for a small model it is a good part of the ops.
  const places = (first: Output, size: number): Place[] => {
    const steps = add(
      first,
      constantLike(
        first,
        Array.from({ length: size }, (_, k) => k),
      ),
    );
    const begin = mul(floorMod(steps, stepsPerEpoch), batchSize);
    const end = add(begin, batchSize);
    const each = (vector: Output): Output[] => split(vector, size, 0);
    const at = each(steps);
    if (order === undefined) {
      const [from, to] = [each(begin), each(end)];
      return at.map((one, k) => ({ at: one, cut: cutRows(from[k] as Output, to[k] as Output) }));
    }
    const offset = mul(floorDiv(steps, stepsPerEpoch), rows);
    const [from, to] = [each(add(offset, begin)), each(add(offset, minimum(end, rows)))];
    return at.map((one, k) => ({ at: one, cut: rowsPicked(cutRows(from[k] as Output, to[k] as Output)(order)) }));
  };
  // Whole groups of steps, then what is left one by one.
  const groups = unroll === 1 ? [1] : [unroll, 1];
  let variables = [graph.constant(0, 'int32'), ...flatten(initial as Tree<Output>)];
  for (const size of groups) {
    const last = sub(batches, size);
    variables = whileLoop(
      graph,
      variables,
      ([i]) => lessEqual(i as Output, last),
      ([i, ...values]) => [
        add(i as Output, size),
        ...places(i as Output, size).reduce<readonly Output[]>((current, place) => oneStep(place, current), values),
      ],
    );
  }
  return unflatten(initial, variables.slice(1)) as T;
}

/** The number of examples of a client, an `int32` scalar. */
export const rowsOf = ({ x }: Pick<DatasetInputs, 'x'>): Output => batchRows(x);

/** Where a step is in the data. */
interface Place {
  /** Its number, an `int32` vector of one. */
  readonly at: Output;
  readonly cut: (t: Output) => Output;
}

/**
 * Cuts rows `[begin, end)`, `int32` vectors of one, fewer where the tensor ends: a strided slice stops there by itself, and shares the tensor's
 * memory.
 */
export const cutRows =
  (begin: Output, end: Output) =>
  (t: Output): Output =>
    op('StridedSlice', [t, begin, end, constantLike(begin, [1])]);

const rowsPicked =
  (indices: Output) =>
  (t: Output): Output =>
    gather(t, indices);

/** The rows' order in each epoch, one after another: an `int32` vector of `epochs · rows`. */
function permutations(seed: Output, epochs: Output, rows: Output): Output {
  const salted = add(seed, seed.graph.constant([0n, -1n], 'int64', [2]));
  const keys = randomUniform(salted, op('Pack', [[epochs, rows]], { axis: 0 }));
  return reshape(topK(keys, rows).indices, [-1]);
}
