/**
 * A uniform sample of the clients' values (TFF's `UnweightedReservoirSamplingFactory`).
 *
 * All values wait on the server until the sample is drawn: memory grows with the number of clients.
 */
import type { Output } from '../graph/graph.js';
import { expandDims, gather } from '../graph/ops/array.js';
import { minimum, topK } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import type { TensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkInteger, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts } from './aggregator.js';

export interface ReservoirSamplingOptions {
  /** The largest number of values in the sample, at least 1; with fewer clients, all are. */
  readonly sampleSize: number;
}

export class ReservoirSampling extends Aggregator {
  readonly weighted = false;
  readonly #sampleSize: number;

  constructor(options: ReservoirSamplingOptions) {
    super();
    checkOptions('options of unweightedReservoirSampling', options, ['sampleSize']);
    this.#sampleSize = checkInteger('sampleSize', options.sampleSize, { min: 1 });
  }

  override parts(_specs: Tree<TensorSpec>): AggregatorParts {
    return {
      initialize: () => [],
      client: (_state, value) => ({ sum: [], stack: value }),
      server: (state, { stack, count, random }) => {
        const keys = randomUniform(random.seed, expandDims(count, 0));
        const { indices } = topK(keys, minimum(count, this.#sampleSize));
        return { state, result: mapTree(stack, (values: Output) => gather(values, indices)), measurements: [] };
      },
    };
  }
}

/** The values of a random sample of clients, along a new first axis of every leaf. @throws TypeError, ValueError */
export const unweightedReservoirSampling = (options: ReservoirSamplingOptions): ReservoirSampling => new ReservoirSampling(options);
