/** How far an optimizer goes: what makes steps of clients that differ in number or momentum comparable. */
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { add, cast, less, mul, neg } from '../graph/ops/math.js';
import type { Hparams, Optimizer, Slots } from '../keras/optimizers/optimizer.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';

/**
 * How far a weight goes in some steps if its gradient is always 1, a `float32` scalar: `learningRate · steps` for plain sgd, and with momentum
 * what the coefficients of all gradients come to. For an optimizer that is not linear in its gradients it is only a measure.
 *
 * @param steps An `int32` scalar.
 */
export function reach(optimizer: Optimizer, hparams: Hparams<Output>, steps: Output): Output {
  const { graph } = steps;
  const rate = optimizer.plainRate(hparams);
  if (rate !== null) return mul(rate, cast(steps, 'float32'));
  const slots = optimizer.slots(graph, [tensorSpec([]) as TensorSpec]) as Tree<Output>;
  const [, position] = whileLoop(
    graph,
    [graph.constant(0, 'int32'), graph.constant(0, 'float32'), ...flatten(slots)],
    ([i]) => less(i as Output, steps),
    ([i, w, ...values]) => {
      const own = unflatten(slots, values) as Slots<Output>;
      const one = (i as Output).graph.constant(1, 'float32');
      const next = optimizer.step(hparams, own, [w as Output], [optimizer.scaleLoss(one, own)]);
      return [add(i as Output, 1), next.weights[0] as Output, ...flatten(next.slots as Tree<Output>)];
    },
  );
  return neg(position as Output);
}
