/**
 * Recurrences: a step function applied along the first axis of sequences, with states handed on from step to step.
 *
 * Up to a number of steps the steps are written out in the graph: a loop's own cost per step exceeds that of small kernels, and the gradients
 * of what all steps share become one product (`shared-operand.ts`). Longer and unknown sequences are loops over pieces of written-out steps.
 * A loop keeps the states with which each piece begins; its gradient is a loop backwards that makes each piece's steps again
 * and differentiates them, so that memory grows with the number of pieces and not of steps (Chen et al., arXiv:1604.06174).
 */
import { ValueError } from '../errors.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { gradients } from './gradients.js';
import { graphOf, type Operation, type Output } from './graph.js';
import { isDifferentiable } from './graph-type.js';
import { whileLoop } from './loop.js';
import {
  concat,
  expandDims,
  fill,
  gather,
  product,
  reshape,
  type Size,
  sizeOfAxis,
  sizeOutput,
  sizes,
  sizesOf,
  slice,
  stack,
  unstack,
  zerosLike,
} from './ops/array.js';
import { op } from './ops/core.js';
import { add, floorDiv, greaterEqual, less, mul, sub } from './ops/math.js';

/**
 * Sequences of at most so many steps are written out: 128 steps of two LSTMs take about a second to build and compile. A loop is ready in a
 * third of that time and trains an LSTM of 256 units at two thirds of the speed, as it makes each step twice.
 */
export const LONGEST_UNROLLED = 128;
/** Steps of a piece: few enough to compile fast, enough to make the loop's own cost small. */
const PIECE = 16;

export interface ScanOptions {
  /** `[steps, …]` each, with one number of steps. */
  readonly sequences: readonly Output[];
  /** What the first step is given; shapes and element types stay. */
  readonly states: readonly Output[];
  /** All else that steps use, so that a loop's gradient knows it: weights, noise. */
  readonly shared: Tree<Output>;
  /** Whether the first state after every step is returned. */
  readonly collect: boolean;
  /** From the step's part of each sequence and the states before it to the states after it; may use nothing else but constants. */
  readonly step: (inputs: readonly Output[], states: readonly Output[], shared: Tree<Output>) => readonly Output[];
  /** Sequences of up to so many steps are written out; {@link LONGEST_UNROLLED} by default. */
  readonly longestUnrolled?: number;
}

export interface ScanResult {
  /** The states after the last step. */
  readonly states: readonly Output[];
  /** The first state after every step, `[steps, …]`, where that was asked for. */
  readonly collected: Output | undefined;
}

/** Applies the step along the sequences. @throws ValueError for a step that uses values that it was not given. */
export function scan(options: ScanOptions): ScanResult {
  const { longestUnrolled = LONGEST_UNROLLED } = options;
  const graph = graphOf([...options.sequences, ...options.states, ...flatten(options.shared)]);
  const own = (x: Output): Output => graph.own(x);
  const all = { ...options, sequences: options.sequences.map(own), states: options.states.map(own), shared: mapTree(options.shared, own) };
  const steps = sizeOfAxis(all.sequences[0] as Output, 0);
  if (typeof steps === 'number' && (steps < PIECE || steps <= longestUnrolled)) return unrolled(all);
  const pieces = typeof steps === 'number' ? Math.floor(steps / PIECE) : floorDiv(steps, PIECE);
  const done = typeof pieces === 'number' ? pieces * PIECE : mul(pieces, PIECE);
  if (done === steps) return inPieces(all, pieces, PIECE);
  const cut = (from: Size, count: Size): Output[] =>
    all.sequences.map((x) => slice(x, [from, ...zeros(x.rank - 1)], [count, ...zeros(x.rank - 1).map(() => -1)]));
  const whole = inPieces({ ...all, sequences: cut(0, done) }, pieces, PIECE);
  const rest = { ...all, states: whole.states, sequences: cut(done, -1) };
  const last = typeof steps === 'number' ? unrolled(rest) : inPieces(rest, sub(steps, done), 1);
  return { states: last.states, collected: all.collect ? concat([whole.collected as Output, last.collected as Output], 0) : undefined };
}

function unrolled({ sequences, states, shared, collect, step }: ScanOptions): ScanResult {
  const parts = sequences.map((x) => unstack(x));
  const collected: Output[] = [];
  let current = states;
  for (let t = 0; t < (parts[0] as Output[]).length; t++) {
    const inputs = parts.map((part) => part[t] as Output);
    current = step(inputs, current, shared);
    collected.push(current[0] as Output);
  }
  const none = (): Output => room([0], states[0] as Output);
  return { states: current, collected: collect ? (collected.length === 0 ? none() : stack(collected)) : undefined };
}

/** A forward loop: its variables are a counter, the states, what it keeps for each piece (the states before it), and what it collects. */
interface Loop {
  readonly options: ScanOptions;
  readonly operation: Operation;
  /** The sequences as `[pieces, steps of a piece, …]`. */
  readonly pieces: readonly Output[];
  readonly count: Output;
}

/** A loop over `number` pieces of `size` steps. */
function inPieces(options: ScanOptions, number: Size, size: number): ScanResult {
  const { sequences, states, shared, collect } = options;
  const start = states[0] as Output;
  const count = sizeOutput(start, number);
  const pieces = sequences.map((x) => reshape(x, [number, size, ...sizesOf(x).slice(1)]));
  const outputs = whileLoop(
    start.graph,
    [
      start.graph.constant(0, 'int32'),
      ...states,
      ...states.map((s) => room([number], s)),
      ...(collect ? [room([number, size], start)] : []),
    ],
    ([i]) => less(i as Output, count),
    ([i, ...variables]) => {
      const [before, stored] = [variables.slice(0, states.length), variables.slice(states.length)];
      const after = onePiece(options, pieces, i as Output, before);
      const values = [...before, ...(collect ? [after.collected as Output] : [])];
      return [add(i as Output, 1), ...after.states, ...stored.map((all, k) => putAt(all, i as Output, values[k] as Output))];
    },
  );
  const { operation } = outputs[0] as Output;
  const given = new Set([...pieces, ...flatten(shared)]);
  const stray = operation.inputs.slice(outputs.length).find((o) => isDifferentiable(o.dtype) && !given.has(o));
  if (stray !== undefined)
    throw new ValueError(`the step of a recurrence uses ${stray}, which must be among what it is given as \`shared\``);
  start.graph.composites.push({
    inputs: operation.inputs,
    outputs: operation.outputs,
    gradient: (dys) => backwards({ options, operation, pieces, count }, dys),
    first: operation.id,
    last: operation.id,
  });
  const collected = collect ? (outputs.at(-1) as Output) : undefined;
  return {
    states: outputs.slice(1, 1 + states.length),
    collected: collected && reshape(collected, [product([number, size], start), ...sizesOf(collected).slice(2)]),
  };
}

/** The steps of piece `i`, with the piece's part of every sequence, in the graph of a loop's body. */
function onePiece(
  options: ScanOptions,
  pieces: readonly Output[],
  i: Output,
  states: readonly Output[],
): ScanResult & { readonly sequences: readonly Output[] } {
  const sequences = pieces.map((x) => at(x, i));
  // What steps make of shared values belongs to the body, where its gradient is made.
  const shared = mapTree(options.shared, (o) => i.graph.own(o));
  return { ...unrolled({ ...options, sequences, states, shared }), sequences };
}

/**
 * The gradient of a forward loop: from the last piece to the first, each made again from the states before it. Its variables are a counter,
 * the gradients of the states, sums for what is shared, and the gradients of the sequences.
 */
function backwards({ options, operation, pieces, count }: Loop, dys: readonly (Output | null)[]): (Output | null)[] {
  const { graph } = count;
  const n = options.states.length;
  const kept = operation.outputs.slice(1 + n, 1 + 2 * n);
  const dCollected = options.collect ? (dys[1 + 2 * n] ?? null) : null;
  const captured = operation.inputs.slice(1 + 2 * n + (options.collect ? 1 : 0)).filter((o) => isDifferentiable(o.dtype));
  const sequences = captured.filter((o) => pieces.includes(o));
  const shared = captured.filter((o) => !pieces.includes(o));
  const dStates = operation.outputs.slice(1, 1 + n).map((s, k) => dys[1 + k] ?? zerosLike(s));
  const results = whileLoop(
    graph,
    [sub(count, 1), ...dStates, ...[...shared, ...sequences].map(zerosLike)],
    ([i]) => greaterEqual(i as Output, 0),
    ([i, ...variables]) => {
      const index = i as Output;
      const before = kept.map((all) => at(all, index));
      const piece = onePiece(options, pieces, index, before);
      const parts = sequences.map((x) => piece.sequences[pieces.indexOf(x)] as Output);
      const ends = piece.states.map((s, k) => [s, variables[k] as Output] as const);
      if (dCollected !== null) ends.push([piece.collected as Output, at(dCollected, index)]);
      const ys = ends.filter(([y]) => isDifferentiable(y.dtype));
      const found = gradients(
        ys.map(([y]) => y),
        [...before, ...shared, ...parts],
        ys.map(([, dy]) => dy),
      );
      const next = variables.map((value, k) => {
        const dx = found[k];
        if (dx == null) return k < n ? zerosLike(value) : value;
        return k < n ? dx : k < n + shared.length ? add(value, dx) : putAt(value, index, dx);
      });
      return [sub(index, 1), ...next];
    },
  ).slice(1);
  const found = new Map([...shared, ...sequences].map((o, k) => [o, results[n + k] as Output]));
  return operation.inputs.map((o, k) => (k >= 1 && k <= n ? (results[k - 1] as Output) : k > 2 * n ? (found.get(o) ?? null) : null));
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

/** Zeros for so many values like `x`: a loop writes them one after another, in place. */
const room = (leading: readonly Size[], x: Output): Output =>
  fill(sizes(x, [...leading, ...sizesOf(x)]), x.graph.constant(x.dtype === 'bool' ? false : 0, x.dtype, []));

const at = (all: Output, i: Output): Output => gather(all, i);

const putAt = (all: Output, i: Output, value: Output): Output => op('TensorScatterUpdate', [all, reshape(i, [1, 1]), expandDims(value, 0)]);
