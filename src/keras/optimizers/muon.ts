/**
 * Muon: for matrices, momentum made orthogonal; for all other weights Adam.
 *
 * `m ← momentum · m + g; w ← w − learningRate · √max(rows, columns) · rmsRate · orthogonal(g + momentum · m)`, where `orthogonal` brings
 * the singular values near 1 by `nsSteps` steps of Newton and Schulz with the polynomial `muonA · x + muonB · x³ + muonC · x⁵`.
 *
 * Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024, https://kellerjordan.github.io/posts/muon;
 * Liu et al., "Muon is scalable for LLM training", 2025, https://arxiv.org/abs/2502.16982 (the factor of the rate).
 */
import type { Graph, Output } from '../../graph/graph.js';
import { transpose } from '../../graph/ops/array.js';
import { add, div, mul, sqrt, square, sub } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { boolean, type Field, integer, list, number, type OptionsOf, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { anyOf, KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { biasCorrection, counter, towards } from './moments.js';
import { filled } from './optimizer.js';
import type { Named, WeightUpdate } from './weightwise-optimizer.js';

const nullable = (fallback: number): Field<number | null, number | null, false> => ({ ...optional(number({ min: 0 })), fallback });

const fields = {
  ...kerasOptimizerFields(0.001),
  /** For weights that take Adam's step: how much of the mean gradient stays, in `[0, 1]`; 0.9 by default. */
  adamBeta1: number({ min: 0, max: 1, default: 0.9 }),
  /** For weights that take Adam's step: how much of the mean square stays, in `[0, 1]`; 0.999 by default. */
  adamBeta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Weight decay where Adam's step is taken, not negative; 0.004 by default, `null` is none. */
  adamWeightDecay: nullable(0.004),
  /** Keeps Adam's divisor away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
  /** Weight decay where Muon's step is taken, not negative; 0.004 by default, `null` is none. */
  weightDecay: nullable(0.004),
  /** Parts of variables' paths (regular expressions) that take Adam's step; usually the output layer's name. None by default. */
  excludeLayers: list(string(), []),
  /** Whether variables with `embedding` in their path take Adam's step; `true` by default. */
  excludeEmbeddings: boolean(true),
  /** The polynomial's coefficients; 3.4445, −4.775 and 2.0315 by default. */
  muonA: number({ default: 3.4445 }),
  muonB: number({ default: -4.775 }),
  muonC: number({ default: 2.0315 }),
  /** The rate of Adam's steps as a part of Muon's, not negative; 1 by default. */
  adamLrRatio: number({ min: 0, default: 1 }),
  /** In `[0, 1]`; 0.95 by default. */
  momentum: number({ min: 0, max: 1, default: 0.95 }),
  /** Steps of Newton and Schulz, not negative; 5 by default. */
  nsSteps: integer({ min: 0, default: 5 }),
  /** Whether the step looks ahead; `true` by default. */
  nesterov: boolean(true),
  /** The root mean square that steps are brought to, with which rates are Adam's; 0.2 by default, `null` leaves the step as it is. */
  rmsRate: nullable(0.2),
};
export type MuonOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum: Output; readonly velocity: Output };
type Scalars = { readonly learningRate: Output; readonly adamRate: Output };

export class Muon extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Muon';
  static readonly fields = fields;
  readonly #excludedLayers: RegExp;

  constructor(options: MuonOptions = {}) {
    super(options);
    this.#excludedLayers = anyOf('excludeLayers of Muon', this.options.excludeLayers);
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { momentum: zeros, velocity: zeros };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars({ learningRate }: { readonly learningRate: Output }, { step }: { readonly step: Output }): Scalars {
    const { adamBeta1, adamBeta2, adamLrRatio } = this.options;
    return { learningRate, adamRate: mul(mul(learningRate, adamLrRatio), biasCorrection(adamBeta1, adamBeta2, step)) };
  }

  protected override decayOf(w: Output, variable: Variable | undefined): number | null {
    return this.#takesAdam(w, variable) ? this.options.adamWeightDecay : this.options.weightDecay;
  }

  protected override update(w: Output, g: Output, slots: Slots, scalars: Scalars, variable?: Variable): WeightUpdate<Slots> {
    if (this.#takesAdam(w, variable)) return this.#adam(w, g, slots, scalars);
    const { momentum: beta, nesterov, rmsRate } = this.options;
    const momentum = add(mul(slots.momentum, beta), g);
    const direction = this.#orthogonal(nesterov ? add(g, mul(beta, momentum)) : momentum);
    const scale = rmsRate === null ? 1 : Math.sqrt(Math.max(...(w.shape as readonly number[]))) * rmsRate;
    return { weight: sub(w, mul(direction, mul(scalars.learningRate, scale))), slots: { ...slots, momentum } };
  }

  #takesAdam(w: Output, variable: Variable | undefined): boolean {
    if (w.rank !== 2) return true;
    const path = variable?.path ?? '';
    return (this.options.excludeEmbeddings && path.toLowerCase().includes('embedding')) || this.#excludedLayers.test(path);
  }

  #adam(w: Output, g: Output, slots: Slots, { adamRate }: Scalars): WeightUpdate<Slots> {
    const { adamBeta1, adamBeta2, epsilon } = this.options;
    const momentum = towards(slots.momentum, g, 1 - adamBeta1);
    const velocity = towards(slots.velocity, square(g), 1 - adamBeta2);
    return { weight: sub(w, div(mul(momentum, adamRate), add(sqrt(velocity), epsilon))), slots: { momentum, velocity } };
  }

  /** The matrix with its singular values brought near 1. */
  #orthogonal(matrix: Output): Output {
    const { muonA, muonB, muonC, nsSteps } = this.options;
    const [rows, columns] = matrix.shape as readonly [number, number];
    // The products are of the smaller size.
    const flipped = (m: Output): Output => (rows > columns ? transpose(m, [1, 0]) : m);
    let x = flipped(div(matrix, add(sqrt(sum(square(matrix))), 1e-7)));
    for (let i = 0; i < nsSteps; i++) {
      const squared = matMul(x, x, { transposeB: true });
      x = add(mul(muonA, x), matMul(add(mul(muonB, squared), matMul(mul(muonC, squared), squared)), x));
    }
    return flipped(x);
  }
}

export const muon = factory<MuonOptions | undefined, Muon>(Muon);
