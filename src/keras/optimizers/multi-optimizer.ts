/** An optimizer of several, each for some of the variables: other rates for an encoder than for a head, Muon for matrices beside Adam for the rest. */
import { ValueError } from '../../errors.js';
import type { Graph, Output } from '../../graph/graph.js';
import { div, mul } from '../../graph/ops/math.js';
import type { Variable } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { number, type OptionsOf, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { type Hparams, Optimizer, type OptimizerStep, type Slots } from './optimizer.js';
import { optimizerMapField } from './optimizer-map.js';

const fields = {
  /** Which optimizer a variable gets. */
  optimizerMap: optimizerMapField(),
  /** The loss is multiplied by it before gradients are taken, and gradients divided: in place of the optimizers' own. None by default. */
  lossScaleFactor: optional(number({ min: 0, exclusive: true })),
  /** Made from the class by default. */
  name: optional(string()),
};
export type MultiOptimizerOptions = OptionsOf<typeof fields>;

/** What stands for the key of the default optimizer. */
const DEFAULT = 'defaultOptimizer';

/** One of the optimizers, and what the names of its hyper-parameters begin with. */
interface Inner {
  readonly optimizer: Optimizer;
  readonly prefix: string;
}

/**
 * Several optimizers as one. Their hyper-parameters are `KEY/learningRate` by the keys of the map, and `defaultOptimizer/learningRate`; there is
 * none for all together that could be scheduled.
 */
export class MultiOptimizer extends Optimizer<typeof fields> {
  static readonly className = 'MultiOptimizer';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;
  readonly #inner: readonly Inner[];

  constructor(options: MultiOptimizerOptions) {
    super(options);
    const { optimizerMap } = this.options;
    this.#inner = optimizerMap.optimizers.map((optimizer) => {
      const key = optimizerMap.keyOf(optimizer);
      if (key === DEFAULT)
        throw new ValueError(`a key of \`optimizerMap\` of MultiOptimizer must not be "${DEFAULT}", which names the default one`);
      return { optimizer, prefix: `${key ?? DEFAULT}/` };
    });
    this.hparams = Object.fromEntries(
      this.#inner.flatMap(({ optimizer, prefix }) => Object.entries(optimizer.hparams).map(([name, value]) => [prefix + name, value])),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.options.name ?? 'multi_optimizer' };
  }

  override slots(graph: Graph, specs: readonly TensorSpec[], variables?: readonly Variable[]): Slots<Output> {
    const optimizers = this.#parts(specs.length, variables).map(({ optimizer, at }) =>
      at.length === 0 ? {} : optimizer.slots(graph, pick(specs, at), variables && pick(variables, at)),
    );
    return { optimizers };
  }

  override step(
    hparams: Hparams<Output>,
    { optimizers }: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep {
    const after = [...weights];
    const { lossScaleFactor: scale } = this.options;
    const slots = this.#parts(weights.length, variables).map(({ optimizer, prefix, at }, i) => {
      const before = (optimizers as readonly Slots<Output>[])[i] as Slots<Output>;
      // Such an optimizer counts no steps.
      if (at.length === 0) return before;
      const own = Object.fromEntries(Object.keys(optimizer.hparams).map((name) => [name, hparams[prefix + name] as Output]));
      // One with a loss scale of its own divides by it, which is not in this loss.
      const unscaled = pick(gradients, at).map((g) => g && optimizer.scaleLoss(scale === null ? g : div(g, scale), before));
      const step = optimizer.step(own, before, pick(weights, at), unscaled, variables && pick(variables, at));
      put(after, at, step.weights);
      return step.slots;
    });
    return { slots: { optimizers: slots }, weights: after };
  }

  override scaleLoss(loss: Output): Output {
    const { lossScaleFactor } = this.options;
    return lossScaleFactor === null ? loss : mul(loss, lossScaleFactor);
  }

  override finalize({ optimizers }: Slots<Output>, weights: readonly Output[], variables?: readonly Variable[]): readonly Output[] {
    const after = [...weights];
    this.#parts(weights.length, variables).forEach(({ optimizer, at }, i) => {
      const slots = (optimizers as readonly Slots<Output>[])[i] as Slots<Output>;
      if (at.length > 0) put(after, at, optimizer.finalize(slots, pick(weights, at), variables && pick(variables, at)));
    });
    return after;
  }

  /** Each optimizer with the positions of its weights. @throws ValueError where it is not known which variables they are, and keys ask for them */
  #parts(count: number, variables: readonly Variable[] | undefined): readonly (Inner & { readonly at: readonly number[] })[] {
    const { optimizerMap } = this.options;
    if (variables === undefined && optimizerMap.options.optimizerMap.size > 0)
      throw new ValueError(
        'MultiOptimizer gives each variable its optimizer, and must be told the variables: `create` takes them in place of specs; where there are none (FedNova, SCAFFOLD: one length of all steps) it cannot be used',
      );
    const chosen = Array.from({ length: count }, (_, i) =>
      variables === undefined ? optimizerMap.options.defaultOptimizer : optimizerMap.of(variables[i] as Variable),
    );
    return this.#inner.map((inner) => ({ ...inner, at: [...chosen.keys()].filter((i) => chosen[i] === inner.optimizer) }));
  }
}

const pick = <T>(values: readonly T[], at: readonly number[]): T[] => at.map((i) => values[i] as T);

function put<T>(values: T[], at: readonly number[], own: readonly T[]): void {
  at.forEach((position, i) => {
    values[position] = own[i] as T;
  });
}

export const multiOptimizer = factory<MultiOptimizerOptions, MultiOptimizer>(MultiOptimizer);
