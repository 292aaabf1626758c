/** The server's part before the clients': what they get of its weights. */
import type { Randomness } from '../aggregators/randomness.js';
import type { Graph, Output } from '../graph/graph.js';
import type { Tree } from '../tree.js';
import type { WeightOutputs } from './client-work.js';

/** What a distributor has to go by. */
export interface DistributorInputs {
  readonly state: Tree<Output>;
  readonly weights: WeightOutputs;
  /** Number of finished rounds, an `int32` scalar. */
  readonly round: Output;
  readonly random: Randomness;
}

/** What a distributor gives. */
export interface DistributorStep {
  readonly state: Tree<Output>;
  /** What every client gets for the model's weights, in the same shapes and element types. */
  readonly weights: WeightOutputs;
  /** What there is to report, such as the bits of a message. */
  readonly measurements: Tree<Output>;
}

/**
 * Makes of the server's weights what clients get, once a round: TFF's `DistributionProcess`. It is where a compression of that way would go.
 * Without one every client gets the weights as they are, in the same memory.
 */
export interface Distributor {
  /** The state before the first round. */
  readonly initialize: (graph: Graph) => Tree<Output>;
  readonly distribute: (inputs: DistributorInputs) => DistributorStep;
}
