/** A secure sum of whole numbers modulo a number (TFF's `SecureModularSumFactory`). */
import { isInteger } from '../dtype.js';
import { typeError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { cast, floorMod, greaterEqual, sub, where } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree, unflatten } from '../tree.js';
import { checkBoolean, checkInteger, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import { sum } from './sum.js';

export interface SecureModularSumOptions {
  /** Values and sum are taken into `[0, modulus)`; at least 1. */
  readonly modulus: number;
  /** Whether the range is `(-modulus, modulus)`, whose size is `2 · modulus - 1`; `false` by default. */
  readonly symmetricRange?: boolean;
  /** How whole numbers are added, as in `secureSum`. The number of clients times the size of the range must stay below 2^63. */
  readonly protocol?: Aggregator;
}

export class SecureModularSum extends Aggregator {
  readonly weighted = false;
  readonly #modulus: number;
  readonly #symmetric: boolean;
  readonly #protocol: Aggregator;

  constructor(options: SecureModularSumOptions) {
    super();
    checkOptions('options of secureModularSum', options, ['modulus', 'symmetricRange', 'protocol']);
    this.#modulus = checkInteger('modulus', options.modulus, { min: 1, max: 2 ** 51 });
    this.#symmetric = checkBoolean('symmetricRange', options.symmetricRange ?? false);
    this.#protocol = checkUnweighted('protocol', options.protocol ?? sum());
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    mapTree(specs, (spec) => {
      if (!isInteger(spec.dtype)) throw typeError(`\`specs\` of secureModularSum must be of integers, received ${spec}`);
    });
    const protocol = this.#protocol.parts(mapTree(specs, (spec) => tensorSpec(spec.shape, 'int64') as TensorSpec));
    const size = this.#symmetric ? 2 * this.#modulus - 1 : this.#modulus;
    const dtypes = flatten(specs).map((spec) => spec.dtype);
    const decode = (x: Output): Output => {
      const total = floorMod(x, size);
      return this.#symmetric ? where(greaterEqual(total, this.#modulus), sub(total, size), total) : total;
    };
    return {
      ...protocol,
      client: (state, value, weight, random) =>
        protocol.client(
          state,
          mapTree(value, (x) => floorMod(cast(x, 'int64'), size)),
          weight,
          random,
        ),
      server: (state, combined) => {
        const step = protocol.server(state, combined);
        const sums = flatten(step.result).map((x, i) => cast(decode(x), dtypes[i] as TensorSpec['dtype']));
        return { ...step, result: unflatten(step.result, sums) };
      },
    };
  }
}

/** A sum modulo a number: sums within the range are exact, others wrap around. @throws TypeError, ValueError */
export const secureModularSum = (options: SecureModularSumOptions): SecureModularSum => new SecureModularSum(options);
