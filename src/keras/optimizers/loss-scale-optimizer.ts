/**
 * Gradients of a scaled loss, against underflow in `float16`: Micikevicius et al., "Mixed precision training", ICLR 2018,
 * https://arxiv.org/abs/1710.03740.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, cast, div, equal, finite, logicalAnd, logicalNot, mul, where } from '../../graph/ops/math.js';
import { all } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../../tree.js';
import { integer, number, type OptionsOf, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { counter } from './moments.js';
import { type Hparams, Optimizer, type OptimizerStep, type Slots } from './optimizer.js';
import { optimizerField } from './optimizer-registry.js';

const fields = {
  /** The optimizer that gets the gradients, divided again. */
  innerOptimizer: optimizerField(),
  /** What the loss is multiplied by in the first step, above 0; 2¹⁵ by default. */
  initialScale: number({ min: 0, exclusive: true, default: 2 ** 15 }),
  /** After so many steps with finite gradients the scale is doubled, at least 1; 2000 by default. */
  dynamicGrowthSteps: integer({ min: 1, default: 2000 }),
  /** Made from the class by default. */
  name: optional(string()),
};
export type LossScaleOptimizerOptions = OptionsOf<typeof fields>;

/** A step whose gradients are not finite changes nothing but the scale, which is halved. */
export class LossScaleOptimizer extends Optimizer<typeof fields> {
  static readonly className = 'LossScaleOptimizer';
  static readonly fields = fields;
  // Keras once wrote the options of every optimizer, which mean nothing for this one.
  static readonly ignoredKeys = ['learning_rate', 'use_ema', 'ema_momentum'];
  static readonly fixedKeys = {
    weight_decay: null,
    clipnorm: null,
    global_clipnorm: null,
    clipvalue: null,
    ema_overwrite_frequency: null,
    loss_scale_factor: null,
    gradient_accumulation_steps: null,
  };
  readonly hparams: Hparams<number>;

  constructor(options: LossScaleOptimizerOptions) {
    super(options);
    this.hparams = this.options.innerOptimizer.hparams;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.options.name ?? 'loss_scale_optimizer' };
  }

  override slots(graph: Graph, specs: readonly TensorSpec[], variables?: readonly Variable[]): Slots<Output> {
    const { innerOptimizer, initialScale } = this.options;
    return {
      stepCounter: counter(graph),
      dynamicScale: graph.constant(initialScale, 'float32', []),
      inner: innerOptimizer.slots(graph, specs, variables),
    };
  }

  override step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep {
    const { innerOptimizer, dynamicGrowthSteps } = this.options;
    const { stepCounter, dynamicScale, inner } = slots as unknown as Record<'stepCounter' | 'dynamicScale', Output> & {
      readonly inner: Slots<Output>;
    };
    const unscaled = gradients.map((g) => g && div(g, cast(dynamicScale, g.dtype)));
    const next = innerOptimizer.step(hparams, inner, weights, unscaled, variables);
    const present = gradients.filter((g) => g !== null);
    const ok = present.map((g) => all(finite(g))).reduce((a, b) => logicalAnd(a, b), stepCounter.graph.constant(true, 'bool', []));
    const whenOk = <T extends Tree<Output>>(fresh: T, old: T): T => {
      const olds = flatten(old as Tree<Output>);
      return unflatten(
        old,
        flatten(fresh as Tree<Output>).map((value, i) => where(ok, value, olds[i] as Output)),
      ) as T;
    };
    const seen = add(stepCounter, 1);
    const grows = logicalAnd(ok, equal(seen, dynamicGrowthSteps));
    return {
      slots: {
        stepCounter: where(logicalAnd(ok, logicalNot(grows)), seen, counter(stepCounter.graph)),
        dynamicScale: mul(dynamicScale, where(grows, constantScale(dynamicScale, 2), where(ok, constantScale(dynamicScale, 1), 0.5))),
        inner: whenOk(next.slots as Tree<Output>, inner as Tree<Output>) as Slots<Output>,
      },
      weights: whenOk([...next.weights], [...weights]),
    };
  }

  override scaleLoss(loss: Output, slots: Slots<Output>): Output {
    const { dynamicScale, inner } = slots as unknown as { readonly dynamicScale: Output; readonly inner: Slots<Output> };
    return mul(this.options.innerOptimizer.scaleLoss(loss, inner), cast(dynamicScale, loss.dtype));
  }

  override finalize({ inner }: Slots<Output>, weights: readonly Output[], variables?: readonly Variable[]): readonly Output[] {
    return this.options.innerOptimizer.finalize(inner as unknown as Slots<Output>, weights, variables);
  }
}

const constantScale = (like: Output, value: number): Output => like.graph.constant(value, 'float32', []);

export const lossScaleOptimizer = factory<LossScaleOptimizerOptions, LossScaleOptimizer>(LossScaleOptimizer);
