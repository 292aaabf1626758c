/** Sums of products by Einstein's convention, of one or two operands. */
import type { Output } from '../graph.js';
import { broadcastTo, reshape, reshapeLike, type Size, shapeOf, sizeOfAxis, sizes } from '../ops/array.js';
import { op } from '../ops/core.js';
import { each, type GradientRule, type Rules } from './rule.js';

/** An operand or the result: a tensor and a letter for each of its axes. */
interface Term {
  readonly value: Output;
  readonly labels: string;
}

const FREE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const einsum = (inputs: readonly Term[], labels: string): Output =>
  inputs.length === 1 && inputs[0]?.labels === labels
    ? (inputs[0].value as Output)
    : op('Einsum', [inputs.map(({ value }) => value)], { equation: `${inputs.map((t) => t.labels).join(',')}->${labels}` });

/** Writes the equation without ellipses: their axes, counted from the right, get letters that it does not use. */
function spelledOut(equation: string, inputs: readonly Output[], y: Output): { readonly terms: string[]; readonly result: string } {
  const letters = [...FREE].filter((letter) => !equation.includes(letter));
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string];
  const spell = (labels: string, rank: number): string => {
    const hidden = rank - (labels.length - 3);
    return labels.replace('...', () => letters.slice(0, hidden).reverse().join(''));
  };
  const terms = left.split(',').map((labels, i) => (labels.includes('...') ? spell(labels, (inputs[i] as Output).rank) : labels));
  return { terms, result: right.includes('...') ? spell(right, y.rank) : right };
}

/** Leaves out the axes along which an operand was broadcast (only those of an ellipsis are): they have size 1, and the result more. */
function withoutBroadcast(term: Term, result: Term): Term {
  const { value, labels } = term;
  const kept = [...labels].filter((label, axis) => {
    const at = result.labels.indexOf(label);
    return !(value.shape?.[axis] === 1 && at >= 0 && result.value.shape?.[at] !== 1);
  });
  if (kept.length === labels.length) return term;
  return {
    value: reshape(
      value,
      kept.map((label) => sizeOfAxis(value, labels.indexOf(label))),
    ),
    labels: kept.join(''),
  };
}

/** The gradient of one operand: the result's, times the other operand, summed over what the operand does not have. */
function operandGradient(operand: Term, other: Term | undefined, dy: Term): Output {
  const own = withoutBroadcast(operand, dy);
  const distinct = [...new Set(own.labels)].join('');
  const inputs = other === undefined ? [dy] : [dy, withoutBroadcast(other, dy)];
  // Letters that only the operand has were summed alone: each value there has the same gradient.
  const shared = [...distinct].filter((label) => inputs.some((t) => t.labels.includes(label))).join('');
  let gradient = einsum(inputs, shared);
  if (shared !== distinct) {
    const size = (label: string): Size => sizeOfAxis(own.value, own.labels.indexOf(label));
    const full = [...distinct].map(size);
    gradient = reshape(
      gradient,
      [...distinct].map((label, i) => (shared.includes(label) ? (full[i] as Size) : 1)),
    );
    gradient = broadcastTo(gradient, distinct === own.labels ? shapeOf(own.value) : sizes(gradient, full));
  }
  // A letter that the operand has twice stands for its diagonal.
  const onDiagonal = einsum([{ value: gradient, labels: distinct }], own.labels);
  return own === operand ? onDiagonal : reshapeLike(onDiagonal, operand.value);
}

const Einsum: GradientRule = each((dy, { inputs, outputs: [y], attributes }) => {
  const { terms, result } = spelledOut(attributes.equation as string, inputs, y as Output);
  const operands = inputs.map((value, i): Term => ({ value, labels: terms[i] as string }));
  return operands.map((operand, i) => () => operandGradient(operand, operands[1 - i], { value: dy, labels: result }));
});

export const einsumRules: Rules = { Einsum };
