/**
 * Convolutions and the two ops that are their gradients, each of which is differentiated into the others.
 *
 * TensorFlow's gradient ops for the CPU know neither dilations nor groups (unless oneDNN takes them over): taps are spread apart
 * beforehand, and groups are differentiated one by one.
 */
import { ValueError } from '../../errors.js';
import type { Attributes, Output } from '../graph.js';
import { concat, pad, shapeOf, split } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { dilate, dilatedShape } from '../ops/nn.js';
import { type OwnPadding, ownGradients } from '../ops/own-convolution.js';
import { each, type GradientRule, pick, type Rules } from './rule.js';

const ratesOf = ({ dilations }: Attributes): readonly number[] => ((dilations ?? []) as readonly number[]).slice(1, -1);
const placement = (attributes: Attributes): Attributes => pick(attributes, 'strides', 'padding', 'explicit_paddings', 'data_format');

/** Every so many values along each axis. */
function everyNth(x: Output, steps: readonly number[]): Output {
  if (steps.every((step) => step === 1)) return x;
  const begin = constantLike(x, Array(x.rank).fill(0) as number[]);
  return op('StridedSlice', [x, begin, shapeOf(x), constantLike(x, steps)]);
}

/** The inverse of `dilate`: the taps without the zeros between them. */
const undilate = (filter: Output, rates: readonly number[]): Output => (rates.length === 0 ? filter : everyNth(filter, [...rates, 1, 1]));

/**
 * Input and attributes of a convolution without strides that has the same filter gradient, where the filter has one tap: other places do not
 * count. On processors with AVX2 oneDNN's kernel for strides (TensorFlow 2.21) writes beyond the gradient unless channels come in eights.
 */
function withoutStrides(x: Output, filter: Output, attributes: Attributes): [Output, Attributes] {
  const {
    strides,
    padding,
    explicit_paddings: paddings,
  } = attributes as {
    strides: readonly number[];
    padding: string;
    explicit_paddings?: readonly number[];
  };
  const isOneTap = filter.shape?.slice(0, -2).every((size) => size === 1) === true;
  if (!isOneTap || strides.every((step) => step === 1)) return [x, attributes];
  const isExplicit = padding === 'EXPLICIT' && paddings !== undefined;
  const whole = isExplicit
    ? pad(
        x,
        strides.map((_, axis) => [paddings[2 * axis] as number, paddings[2 * axis + 1] as number]),
      )
    : x;
  return [everyNth(whole, strides), { ...pick(attributes, 'data_format'), padding: 'VALID', strides: strides.map(() => 1) }];
}

/** @throws ValueError for channels first, which TensorFlow's gradient ops for the CPU do not know */
function checkChannelsLast(type: string, { data_format: format = 'NHWC' }: Attributes): void {
  if (String(format).startsWith('NC'))
    throw new ValueError(`the gradient of ${type} must have the channels last, received the data_format ${format}: transpose the input`);
}

/** The rules of one kind of convolution, from the ops' names. */
function family(forward: string, byInput: string, byFilter: string): Rules {
  const checked = (rule: Parameters<typeof each>[0]): ReturnType<typeof each> =>
    each((dy, operation) => {
      checkChannelsLast(forward, operation.attributes);
      return rule(dy, operation);
    });
  /** The input's gradient; `like` has the input's shape. */
  const inputGradient = (like: Output, filter: Output, dy: Output, attributes: Attributes): Output =>
    inGroups(like, filter, ([x, f, g]) => op(byInput, [shapeOf(x), dilate(f, ratesOf(attributes)), g], placement(attributes)), dy);
  /** The filter's gradient; `like` has the filter's shape. */
  const filterGradient = (x: Output, like: Output, dy: Output, attributes: Attributes): Output =>
    inGroups(
      x,
      like,
      ([part, f, g]) => {
        const rates = ratesOf(attributes);
        const [input, own] = withoutStrides(part, f, placement(attributes));
        return undilate(op(byFilter, [input, dilatedShape(f, rates), g], own), rates);
      },
      dy,
    );
  const again = (x: Output, filter: Output, attributes: Attributes): Output =>
    op(forward, [x, filter], { ...placement(attributes), ...pick(attributes, 'dilations') });
  return {
    [forward]: checked((dy, { inputs: [x, filter], attributes }) => [
      () => inputGradient(x as Output, filter as Output, dy, attributes),
      () => filterGradient(x as Output, filter as Output, dy, attributes),
    ]),
    [byInput]: checked((g, { inputs: [, filter, dy], attributes }) => [
      null,
      () => filterGradient(g, filter as Output, dy as Output, attributes),
      () => again(g, filter as Output, attributes),
    ]),
    [byFilter]: checked((g, { inputs: [x, , dy], attributes }) => [
      () => inputGradient(x as Output, g, dy as Output, attributes),
      null,
      () => again(x as Output, g, attributes),
    ]),
  };
}

/** Applies `fn` to the channels of each group, which are independent of those of the others, and joins the results. */
function inGroups(x: Output, filter: Output, fn: (group: [Output, Output, Output]) => Output, dy: Output): Output {
  const [channels, perGroup] = [x.shape?.at(-1), filter.shape?.at(-2)];
  const groups = typeof channels === 'number' && typeof perGroup === 'number' ? channels / perGroup : 1;
  const [xs, filters, dys] = [x, filter, dy].map((t) => split(t, groups, -1)) as [Output[], Output[], Output[]];
  return concat(
    xs.map((part, i) => fn([part, filters[i] as Output, dys[i] as Output])),
    -1,
  );
}

const ownRule = (padding: OwnPadding): GradientRule =>
  each((dy, { inputs: [x, filter] }) => {
    const { input, filter: taps } = ownGradients(padding);
    return [() => input(x as Output, filter as Output, dy), () => taps(x as Output, filter as Output, dy)];
  });

const paddingOf = ({ padding }: Attributes): OwnPadding => padding as OwnPadding;

/** Our own convolutions; an input that only stands for a shape has no gradient. */
const ownRules: Rules = {
  FedkerasConv2DSame: ownRule('SAME'),
  FedkerasConv2DValid: ownRule('VALID'),
  FedkerasConv2DBackpropInput: each((g, { inputs: [, filter, dy], attributes }) => {
    const { filter: taps, output } = ownGradients(paddingOf(attributes));
    return [null, () => taps(g, filter as Output, dy as Output), () => output(g, filter as Output)];
  }),
  FedkerasConv2DBackpropFilter: each((g, { inputs: [x, , dy], attributes }) => {
    const { input, output } = ownGradients(paddingOf(attributes));
    return [() => input(x as Output, g, dy as Output), null, () => output(x as Output, g)];
  }),
};

export const convolutionRules: Rules = {
  ...ownRules,
  ...family('Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'),
  ...family('Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'),
  ...family('DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'),
};
