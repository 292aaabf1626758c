/** What the rules of the Adam family share. */
import type { Graph, Output } from '../../graph/graph.js';
import type { Operand } from '../../graph/ops/core.js';
import { add, cast, div, mul, pow, sign, sqrt, sub } from '../../graph/ops/math.js';

/** The part `rate` of the way from a moving average to a value: `average + rate · (value − average)`. */
export const towards = (average: Output, value: Output, rate: Operand): Output => add(average, mul(sub(value, average), rate));

/** A step from a running sum towards a value, as long as the value is, times `rate`: `sum + rate · sign(value − sum) · value` (Yogi). */
export const stepTowards = (sum: Output, value: Output, rate: Operand): Output => add(sum, mul(mul(sign(sub(value, sum)), value), rate));

/** `1 − beta^step`, a `float32` scalar: what a moving average that began at zero has seen. */
export const seen = (beta: Operand, step: Output): Output => sub(1, pow(beta, cast(step, 'float32')));

/** Adam's correction of the rate for averages that began at zero: `√(1 − beta2^step) / (1 − beta1^step)`. */
export const biasCorrection = (beta1: Operand, beta2: Operand, step: Output): Output => div(sqrt(seen(beta2, step)), seen(beta1, step));

/** The number of steps made, before the first: an `int32` scalar. */
export const counter = (graph: Graph): Output => graph.constant(0, 'int32', []);
