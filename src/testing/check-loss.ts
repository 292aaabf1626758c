/** The test of a loss in three lines: values, reductions, weights, gradient by finite differences, config. */
import { Computation } from '../graph/computation.js';
import { Context } from '../graph/context.js';
import { gradients } from '../graph/gradients.js';
import type { Output } from '../graph/graph.js';
import { sum } from '../graph/ops/reduce.js';
import { type Loss, lossRegistry, type Reduction } from '../keras/losses/index.js';
import type { SerializableClass } from '../keras/serialization/registry.js';
import { type Tensor, type TensorData, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { assertClose, assertEqual, assertNumbersClose, numbersOf } from './compare.js';

/** A loss, a batch, and what is known of the result. */
export interface LossCase {
  readonly loss: Loss;
  readonly yTrue: TensorData;
  readonly yPred: TensorData;
  /** What Keras computes: one number, or one per example where the reduction is `none`. */
  readonly expected?: number | readonly unknown[];
  readonly sampleWeight?: TensorData;
  /** The mask that a layer has put on the predictions. */
  readonly mask?: TensorData;
  /** Whether the gradient is compared with finite differences; `true` by default, `false` at kinks. */
  readonly gradient?: boolean;
  /** Whether reductions are compared with the values of the examples; `true` by default, `false` where there are none or not all count. */
  readonly reductions?: boolean;
}

/** A spec of any number of rows. */
export const anyRows = (t: Tensor): TensorSpec =>
  t.shape.length === 0 ? tensorSpec([], t.dtype) : tensorSpec([null, ...t.shape.slice(1)], t.dtype);

/** The loss of a batch and its gradient with respect to the predictions, computed in `dtype`. */
export async function evaluateLoss(
  c: Pick<LossCase, 'yTrue' | 'yPred' | 'sampleWeight' | 'mask'>,
  loss: Loss,
  dtype: 'float32' | 'float64' = 'float32',
): Promise<(yPred: Tensor) => Promise<{ value: Tensor; gradient: Tensor }>> {
  const [yTrue, yPred] = [tensor(c.yTrue), tensor(c.yPred, undefined, dtype)];
  const extras = [...(c.sampleWeight === undefined ? [] : [tensor(c.sampleWeight)]), ...(c.mask === undefined ? [] : [tensor(c.mask)])];
  const computation = Computation.compile<[Tensor, Tensor]>([yTrue, yPred, ...extras].map(anyRows), (inputs, graph) => {
    const [t, p, ...rest] = inputs as [Output, Output, ...Output[]];
    const ctx = new Context(graph, { training: false, values: new Map() });
    const weight = c.sampleWeight === undefined ? undefined : rest.shift();
    ctx.setMask(p, rest.shift());
    const value = loss.compute(ctx, t, p, weight);
    const [gradient] = gradients([sum(value)], [p]);
    return [value, gradient as Output];
  });
  return async (predictions) => {
    const [value, gradient] = await computation.run([yTrue, predictions, ...extras]);
    return { value, gradient };
  };
}

/** A loss of the same class with other options, as in a config. */
const remade = (loss: Loss, changed: Readonly<Record<string, unknown>> = {}): Loss =>
  lossRegistry.make(loss.constructor as unknown as SerializableClass<Loss>, {
    ...JSON.parse(JSON.stringify(loss.getConfig())),
    ...changed,
  });

/**
 * Checks a loss: its value is the expected one for any batch, its reductions and sample weights are made of the values of the examples as Keras
 * makes them, its gradient is that of finite differences, and its config brings it back.
 *
 * @throws AssertionError saying what does not hold.
 */
export async function checkLoss(c: LossCase): Promise<void> {
  const predictions = tensor(c.yPred);
  const value = async (loss: Loss, batch: typeof c = c): Promise<Tensor> => (await (await evaluateLoss(batch, loss))(predictions)).value;
  const found = await value(c.loss);
  if (c.expected !== undefined) {
    const expected = tensor(c.expected as TensorData, undefined, 'float32');
    assertClose(found, expected, 'loss', { relative: 1e-6, absolute: 5e-6 });
  }
  const again = remade(c.loss);
  assertEqual(again.getConfig(), c.loss.getConfig(), 'config of the copy that was made from the config');
  assertClose(await value(again), found, 'loss of the copy');

  if (c.reductions !== false) await checkReductions(c, value);
  if (c.gradient === false) return;
  const wide = remade(c.loss, { dtype: 'float64' });
  await checkGradient(await evaluateLoss(c, wide, 'float64'), tensor(c.yPred, undefined, 'float64'));
}

/** Every reduction, with and without weights of examples, against the values of the examples. */
async function checkReductions(c: LossCase, value: (loss: Loss, batch: LossCase) => Promise<Tensor>): Promise<void> {
  const { sampleWeight: _, mask: __, ...plain } = c;
  const each = await value(remade(c.loss, { reduction: 'none' }), plain);
  const rows = tensor(c.yPred).shape[0] ?? 1;
  const weights = Array.from({ length: rows }, (_weight, i) => (i % 3) + 0.5);
  const values = numbersOf(each);
  // A loss that gives one number for a batch is weighted as a whole by each of the weights.
  const perRow = values.length / rows;
  const weighted =
    each.shape.length === 0
      ? weights.map((w) => w * (values[0] as number))
      : values.map((v, i) => v * (weights[Math.floor(i / perRow)] as number));
  const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  const reduced: Readonly<Record<Reduction, (list: readonly number[], divisor: number) => readonly number[]>> = {
    none: (list) => list,
    sum: (list) => [total(list)],
    mean: (list) => [total(list) / list.length],
    sum_over_batch_size: (list) => [total(list) / list.length],
    mean_with_sample_weight: (list, divisor) => [total(list) / divisor],
  };
  for (const [reduction, fn] of Object.entries(reduced)) {
    const loss = remade(c.loss, { reduction });
    assertNumbersClose(numbersOf(await value(loss, plain)), fn(values, values.length), `loss with the reduction ${reduction}`);
    const found = await value(loss, { ...plain, sampleWeight: weights });
    assertNumbersClose(numbersOf(found), fn(weighted, total(weights)), `loss with sample weights and the reduction ${reduction}`);
  }
}

/** Compares a gradient with central differences of the sum of the values. */
export async function checkGradient(
  evaluate: (x: Tensor) => Promise<{ value: Tensor; gradient: Tensor }>,
  x: Tensor,
  step = 1e-6,
): Promise<void> {
  const total = async (data: Float64Array): Promise<number> =>
    numbersOf((await evaluate(tensor(data, x.shape, 'float64'))).value).reduce((a, b) => a + b, 0);
  const { gradient } = await evaluate(x);
  for (let i = 0; i < x.size; i++) {
    const moved = (by: number): Float64Array => Float64Array.from(x.data as Float64Array, (v, j) => v + (i === j ? by : 0));
    const difference = ((await total(moved(step))) - (await total(moved(-step)))) / (2 * step);
    assertNumbersClose([Number(gradient.data[i])], [difference], `gradient ${i}`, { relative: 0, absolute: 5e-6 });
  }
}
