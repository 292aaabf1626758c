/** Two parts of a client's data: TFF's `ReconstructionModel.build_dataset_split_fn`. */
import { gather, range, sizeOfAxis, sizeOutput, squeeze } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { cast, equal, floorDiv, floorMod, minimum, mul } from '../graph/ops/math.js';
import { checkBoolean, checkInteger, checkOptions } from '../validate.js';
import { type DatasetInputs, inBatches, ofRows, usedRows } from './batches.js';

/** How the parts are made, and how often they are gone through. */
export interface DatasetSplitOptions {
  /**
   * Whether batches with even positions, from 0, are the first part and the others the second (the default); else both are all of the data.
   * A client with one batch has an empty second part, and counts nothing.
   */
  readonly splitDataset?: boolean;
  /** Passes over the first part for each of the data set's epochs, at least 1; 1 by default. */
  readonly reconEpochs?: number;
  /** The most steps over the first part, at least 1; no limit by default. */
  readonly reconStepsMax?: number;
  /** Passes over the second part, at least 1; 1 by default. */
  readonly postReconEpochs?: number;
  /** The most steps over the second part, at least 1; no limit by default. */
  readonly postReconStepsMax?: number;
}

/** Makes the two parts in a graph. */
export type DatasetSplit = (dataset: DatasetInputs) => { readonly support: DatasetInputs; readonly query: DatasetInputs };

/** The split that options describe. @throws TypeError, ValueError for options of the wrong kind or out of range */
export function datasetSplit(options: DatasetSplitOptions = {}): DatasetSplit {
  checkOptions('datasetSplit', options, ['splitDataset', 'reconEpochs', 'reconStepsMax', 'postReconEpochs', 'postReconStepsMax']);
  const split = checkBoolean('splitDataset', options.splitDataset ?? true);
  const count = (name: 'reconEpochs' | 'reconStepsMax' | 'postReconEpochs' | 'postReconStepsMax', value: number): number =>
    checkInteger(name, options[name] ?? value, { min: 1, max: 2 ** 31 - 1 });
  const recon = { epochs: count('reconEpochs', 1), most: count('reconStepsMax', 2 ** 31 - 1) };
  const post = { epochs: count('postReconEpochs', 1), most: count('postReconStepsMax', 2 ** 31 - 1) };
  return (dataset) => ({
    support: repeated(split ? everySecondBatch(dataset, 0) : dataset, recon),
    query: repeated(split ? everySecondBatch(dataset, 1) : dataset, post),
  });
}

/** The same data gone through more often, up to a number of steps. */
function repeated(dataset: DatasetInputs, { epochs, most }: { readonly epochs: number; readonly most: number }): DatasetInputs {
  return inBatches(dataset, minimum(mul(dataset.schedule.batches, epochs), most));
}

/** The batches whose positions are even, or odd, as data of their own. */
function everySecondBatch(dataset: DatasetInputs, parity: number): DatasetInputs {
  const { batchSize } = dataset.schedule;
  const places = range(batchSize, 0, usedRows(dataset));
  const isOwn = equal(floorMod(floorDiv(places, batchSize), 2), parity);
  const own = cast(squeeze(op('Where', [isOwn]), [1]), 'int32');
  return ofRows(dataset, (t) => gather(t, own), sizeOutput(own, sizeOfAxis(own, 0)));
}
