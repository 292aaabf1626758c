/**
 * A sum of whole numbers by two servers of which neither sees a summand: additive secret sharing, modulo 2^64.
 *
 * A client sends its value plus a random mask to one server, and the seed of the mask to the other; each adds up what it has, and the
 * difference of the two sums is the sum. Corrigan-Gibbs and Boneh, "Prio: private, robust, and scalable computation of aggregate
 * statistics", NSDI 2017, https://arxiv.org/abs/1703.06255 (section 3). Here both servers are one process: this is the protocol's
 * arithmetic, and keeps secrets only where the two halves of the server's work are really apart.
 */
import { typeError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { gather } from '../graph/ops/array.js';
import { add, less, sub } from '../graph/ops/math.js';
import { randomBits } from '../graph/ops/random.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree, unflatten } from '../tree.js';
import { Aggregator, type AggregatorParts } from './aggregator.js';
import { splitSeed } from './randomness.js';
import { staticShapes } from './static-shapes.js';

export class AdditiveSharing extends Aggregator {
  readonly weighted = false;

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const shapes = staticShapes('additiveSharing', specs);
    mapTree(specs, (spec) => {
      if (spec.dtype !== 'int64') throw typeError(`\`specs\` of additiveSharing must be int64, received ${spec}`);
    });
    const masks = (seed: Output): Output[] =>
      splitSeed(seed, shapes.length).map((own, i) => randomBits(own, shapes[i] as number[], 'int64'));
    return {
      initialize: () => [],
      client: (_state, value, _weight, { secret }) => {
        const mask = masks(secret);
        const masked = flatten(value).map((x, i) => add(x, mask[i] as Output));
        return { sum: unflatten(value, masked), stack: secret };
      },
      server: (state, { sum: total, stack: seeds, count }) => {
        const [, ...sums] = whileLoop(
          count.graph,
          [count.graph.constant(0, 'int32'), ...flatten(total)],
          ([i]) => less(i as Output, count),
          ([i, ...values]) => {
            const mask = masks(gather(seeds as Output, i as Output));
            return [add(i as Output, 1), ...values.map((x, k) => sub(x, mask[k] as Output))];
          },
        );
        return { state, result: unflatten(total, sums), measurements: [] };
      },
    };
  }
}

/** Adds `int64` tensors modulo 2^64, each hidden by a mask; takes 16 bytes of memory per client. */
export const additiveSharing = (): AdditiveSharing => new AdditiveSharing();
