/** The test of a loss in three lines: value, gradient by finite differences, config. */
import { expect } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import { deserialize, type Loss } from '../../../src/keras/losses/index.js';
import { type Tensor, type TensorData, tensor } from '../../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../../src/tensor-spec.js';

export interface LossCase {
  readonly loss: Loss;
  readonly yTrue: TensorData;
  readonly yPred: TensorData;
  /** What Keras computes: one number, or one per example where the reduction is `none`. */
  readonly expected: number | readonly unknown[];
  readonly sampleWeight?: TensorData;
  /** The mask that a layer has put on the predictions. */
  readonly mask?: TensorData;
  /** Whether the gradient is compared with finite differences; `true` by default. */
  readonly gradient?: boolean;
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

/** Checks that a loss gives Keras's value, the gradient that belongs to it, and comes back from its config. */
export async function checkLoss(c: LossCase): Promise<void> {
  const expected = tensor(c.expected as TensorData, undefined, 'float32');
  const close = ({ value }: { value: Tensor }): void => {
    expect(value.shape).toEqual(expected.shape);
    Array.from(value.data, Number).forEach((v, i) => expect(v).toBeCloseTo(Number(expected.data[i]), 5));
  };
  const predictions = tensor(c.yPred);
  close(await (await evaluateLoss(c, c.loss))(predictions));

  const config = c.loss.serialize('keras.losses');
  const again = deserialize(JSON.parse(JSON.stringify(config)));
  expect(again.serialize('keras.losses')).toEqual(config);
  close(await (await evaluateLoss(c, again))(predictions));

  if (c.gradient === false) return;
  const wide = deserialize({ ...config, config: { ...config.config, dtype: 'float64' } });
  await checkGradient(await evaluateLoss(c, wide, 'float64'), tensor(c.yPred, undefined, 'float64'));
}

/** Compares a gradient with central differences of the sum of the values. */
export async function checkGradient(
  evaluate: (x: Tensor) => Promise<{ value: Tensor; gradient: Tensor }>,
  x: Tensor,
  step = 1e-6,
): Promise<void> {
  const total = async (data: Float64Array): Promise<number> => {
    const { value } = await evaluate(tensor(data, x.shape, 'float64'));
    return Array.from(value.data as ArrayLike<number>, Number).reduce((a, b) => a + b, 0);
  };
  const { gradient } = await evaluate(x);
  for (let i = 0; i < x.size; i++) {
    const moved = (by: number): Float64Array => Float64Array.from(x.data as Float64Array, (v, j) => v + (i === j ? by : 0));
    const difference = ((await total(moved(step))) - (await total(moved(-step)))) / (2 * step);
    expect(Number(gradient.data[i]), `gradient ${i}`).toBeCloseTo(difference, 5);
  }
}
