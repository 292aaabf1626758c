/** Biases, softmax, batch normalisation. */
import type { Output } from '../graph.js';
import { broadcastTo, shapeOf } from '../ops/array.js';
import { op, ops } from '../ops/core.js';
import { exp, mul, sub } from '../ops/math.js';
import { sum } from '../ops/reduce.js';
import { each, first, isGiven, pick, type Rules } from './rule.js';

export const nnRules: Rules = {
  BiasAdd: each((dy) => [() => dy, () => op('BiasAddGrad', [dy])]),
  BiasAddGrad: first((g, { inputs: [dy] }) => broadcastTo(g, shapeOf(dy as Output))),
  Softmax: first((dy, { outputs: [y] }) => mul(sub(dy, sum(mul(dy, y as Output), -1, true)), y as Output)),
  LogSoftmax: first((dy, { outputs: [y] }) => sub(dy, mul(sum(dy, -1, true), exp(y as Output)))),
  L2Loss: first((dy, { inputs: [x] }) => mul(dy, x as Output)),
  // The mean and the variance that it puts out are statistics to keep, not values to differentiate.
  FusedBatchNormV3: ({ inputs, outputs, attributes }, [dy]) => {
    const [x, scale, , mean, variance] = inputs as [Output, Output, Output, Output, Output];
    const training = attributes.is_training !== false;
    const kept = training ? outputs.slice(3, 6) : [mean, variance, outputs[5] as Output];
    if (!isGiven(dy)) return [null, null, null, null, null];
    const [dx, dScale, dOffset] = ops(
      'FusedBatchNormGradV3',
      [dy, x, scale, ...kept],
      pick(attributes, 'epsilon', 'data_format', 'is_training'),
    ) as [Output, Output, Output];
    return [dx, dScale, dOffset, null, null];
  },
};
