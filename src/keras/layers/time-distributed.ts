/** A layer applied to every step by itself. */
import type { DType } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import { Graph, type Output } from '../../graph/graph.js';
import {
  fill,
  product,
  range,
  reshape,
  type Size,
  sizeOfAxis,
  sizes,
  sizesOf,
  stack,
  transpose,
  zerosLike,
} from '../../graph/ops/array.js';
import { add, cast } from '../../graph/ops/math.js';
import { scan } from '../../graph/scan.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { factory } from '../serialization/keras-object.js';
import { layerField } from './layer-registry.js';
import { swapped } from './recurrent.js';

const fields = {
  /** The layer. */
  layer: layerField(),
};
export type TimeDistributedOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, …]` to `[batch, steps, …]`: the layer's output for each step, with the same weights. */
export class TimeDistributed extends Layer<typeof fields> {
  static readonly className = 'TimeDistributed';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  readonly #layer: Layer;

  constructor(options: TimeDistributedOptions) {
    super(options);
    this.#layer = this.track('layer', this.options.layer);
  }

  protected override build(shape: Shape): void {
    if (shape.length < 3) throw new ValueError(`layer \`${this.name}\` needs an input [batch, steps, …], received [${shape.join(', ')}]`);
    this.#layer.ensureBuilt([shape[0] ?? null, ...shape.slice(2)]);
  }

  protected override call(ctx: Context, x: Output): Output {
    const [batch, steps, ...rest] = sizesOf(x) as [Size, Size, ...Size[]];
    // Statistics of a batch, as of batch normalisation, are those of one step at a time, and move once per step.
    if (ctx.training && this.#layer.trainable && this.#layer.weights.some((w) => !w.trainable)) return this.#oneByOne(ctx, x);
    const rows = product([batch, steps], x);
    const y = this.#layer.invoke(ctx, reshape(x, [typeof rows === 'number' ? rows : -1, ...rest])) as Output;
    return reshape(y, [typeof steps === 'number' ? -1 : batch, steps, ...sizesOf(y).slice(1)]);
  }

  /** The steps one after another, each with the weights that the one before it left. */
  #oneByOne(ctx: Context, x: Output): Output {
    const layer = this.#layer;
    const [moving, fixed] = [layer.weights.filter((w) => !w.trainable), layer.weights.filter((w) => w.trainable)];
    const like = this.#oneOutput(ctx, x);
    const zero = x.graph.constant(0, like.dtype);
    let penalties = 0;
    const { states, collected } = scan({
      sequences: [transpose(x, swapped(x.rank)), cast(range(x, 0, sizeOfAxis(x, 1)), 'int64')],
      states: [fill(sizes(x, [sizeOfAxis(x, 0), ...like.shape]), zero), x.graph.constant(0, 'float32'), ...moving.map((w) => ctx.read(w))],
      shared: { weights: fixed.map((w) => ctx.read(w)), seed: ctx.seed() },
      collect: true,
      step: ([step, number], [, penalty, ...before], shared) => {
        const { weights, seed } = shared as { readonly weights: readonly Output[]; readonly seed: Output };
        const values = new Map([...moving.map((w, i) => [w, before[i]] as const), ...fixed.map((w, i) => [w, weights[i]] as const)]);
        const ownSeed = (): Output => add(seed, stack([number as Output, zerosLike(number as Output)]));
        const inner = ctx.inner((step as Output).graph, values as Map<Weight, Output>, ownSeed);
        const y = layer.invoke(inner, step as Output) as Output;
        const changed = fixed.find((w) => inner.assigned.has(w));
        if (changed !== undefined)
          throw new ValueError(
            `layer \`${this.name}\` needs a layer that leaves its trained weights as they are, and \`${changed.path}\` is changed in training`,
          );
        penalties += inner.losses.length;
        const total = inner.losses.map((loss) => cast(loss, 'float32')).reduce((a, b) => add(a, b), penalty as Output);
        return [y, total, ...moving.map((w) => inner.read(w))];
      },
    });
    if (penalties > 0) ctx.addLoss(states[1] as Output);
    moving.forEach((w, i) => {
      ctx.assign(w, states[2 + i] as Output);
    });
    return transpose(collected as Output, swapped(2 + like.shape.length));
  }

  /** What is known of one step's output: its shape without the batch. @throws ValueError where that is not known */
  #oneOutput(ctx: Context, x: Output): { readonly shape: readonly number[]; readonly dtype: DType } {
    const probe = new Graph(x.graph);
    try {
      const step = probe.placeholder({ shape: [null, ...(x.shape as Shape).slice(2)], dtype: x.dtype });
      const y = this.#layer.invoke(
        ctx.inner(probe, new Map(), () => probe.constant([0n, 0n], 'int64')),
        step,
      ) as Output;
      const shape = y.shape?.slice(1) ?? [null];
      if (shape.includes(null)) throw new ValueError(`layer \`${this.name}\` needs a layer whose output has a known shape, received ${y}`);
      return { shape: shape as number[], dtype: y.dtype };
    } finally {
      probe.dispose();
    }
  }
}

export const timeDistributed = factory<TimeDistributedOptions, TimeDistributed>(TimeDistributed);
