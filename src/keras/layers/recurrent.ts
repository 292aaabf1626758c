/** Recurrent layers: a cell applied step by step. */
import { typeError, ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { reshape, reverse, type Size, sizeOfAxis, sizesOf, transpose, zerosLike } from '../../graph/ops/array.js';
import { cast, greater, where } from '../../graph/ops/math.js';
import { cumsum } from '../../graph/ops/reduce.js';
import { hasOwnOps } from '../../graph/own-ops.js';
import { LONGEST_UNROLLED, type ScanResult, scan } from '../../graph/scan.js';
import { Variable } from '../../graph/variable.js';
import type { Shape } from '../../tensor-spec.js';
import { flatten, type Tree } from '../../tree.js';
import { mustBe } from '../../validate.js';
import type { Activation } from '../activations/index.js';
import { type CallArguments, Layer } from '../engine/layer.js';
import { boolean, type Fields } from '../serialization/fields.js';
import { defaultName } from '../serialization/names.js';
import { type CellSteps, lastStep, RecurrentCell, zerosOf } from './recurrent-cell.js';

// What is written out for more steps is no faster, and a file may say billions: then it is a loop.
const MOST_UNROLLED = 2 ** 12;

/** The options of every recurrent layer. */
export const recurrentFields = {
  /** Whether all steps' outputs are returned, or the last one; `false` by default. */
  returnSequences: boolean(false),
  /** Whether the last states are returned too; `false` by default. */
  returnState: boolean(false),
  /** Whether the sequence is gone through from its end; `false` by default. */
  goBackwards: boolean(false),
  /**
   * Whether each batch begins with the states that the one before ended with, in the training or evaluation of one client, or with zeros
   * (`false`, the default). It needs a fixed batch size.
   */
  stateful: boolean(false),
  /** Whether all steps are written out in the graph, however many there are; `false` by default: only of short sequences. */
  unroll: boolean(false),
  /** Whether masked steps give zeros, or what the step before gave; `false` by default. */
  zeroOutputForMask: boolean(false),
};

/** Those options' values. */
export interface RecurrentValues {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly unroll: boolean;
  readonly zeroOutputForMask: boolean;
}

/** `[batch, steps, …]` to the last step's output, or `[batch, steps, …]` with `returnSequences`. Arguments: `initialState`, `mask`. */
export abstract class Recurrent<F extends Fields = Fields> extends Layer<F> {
  static readonly ignoredKeys: readonly string[] = ['implementation', 'input_length'];
  static readonly fixedKeys: Readonly<Record<string, unknown>> = { time_major: false };
  static readonly callArguments = ['initialState', 'mask'];
  /** As the option says; `bidirectional` decides it for its layers. */
  zeroOutputForMask: boolean;
  protected override readonly takesStructure = true;
  protected override readonly supportsMasking = true;
  protected override readonly leadingAxes = 2;
  readonly #cell: RecurrentCell;
  #carried: readonly Variable[] = [];

  constructor(options: unknown) {
    super(options);
    this.zeroOutputForMask = this.#values.zeroOutputForMask;
    const cell: unknown = this.makeCell();
    if (!(cell instanceof RecurrentCell)) throw typeError(`\`cell\` of layer \`${this.name}\` must be a recurrent cell`);
    this.#cell = this.track('cell', cell as unknown as Layer) as unknown as RecurrentCell;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), zero_output_for_mask: this.zeroOutputForMask };
  }

  override get carriedVariables(): readonly Variable[] {
    return [...this.#carried, ...super.carriedVariables];
  }

  /** The cell, made from the layer's own options. */
  protected abstract makeCell(): unknown;

  /** The layer's options for a cell of the given class, which has the same ones. */
  protected cellOptions(cls: { readonly className: string; readonly fields: Fields }): never {
    const options = this.options as Readonly<Record<string, unknown>>;
    // An activation is passed on as it was given: by name, by config, or as a function.
    const given = (value: unknown): unknown => (isActivation(value) ? (value.name ?? value.config ?? value.apply) : value);
    const own = Object.fromEntries(Object.keys(cls.fields).map((name) => [name, given(options[name])]));
    return { ...own, name: defaultName(cls.className), dtype: this.policy } as never;
  }

  protected override build(shapes: Tree<unknown>): void {
    const shape = (Array.isArray(shapes) && Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
    if (!Array.isArray(shape)) throw mustBe(`inputs of layer ${this.name}`, 'one, or a list with initial states', shapes);
    if (shape.length < 3) throw new ValueError(`layer \`${this.name}\` needs an input [batch, steps, …], received [${shape.join(', ')}]`);
    if (this.#values.unroll && typeof shape[1] !== 'number')
      throw new ValueError(`\`unroll\` of layer \`${this.name}\` needs a known number of steps, received an input [${shape.join(', ')}]`);
    (this.#cell as unknown as Layer).ensureBuilt([shape[0] ?? null, ...shape.slice(2)]);
    if (!this.#values.stateful) return;
    const batch = shape[0];
    if (typeof batch !== 'number')
      throw new ValueError(
        `\`stateful\` of layer \`${this.name}\` needs a fixed batch size (keras.input({ batchShape })), received an input [${shape.map((s) => s ?? 'null').join(', ')}]`,
      );
    this.#carried = this.#cell.stateShapes.map(
      (state) => new Variable({ name: 'rnn_state', shape: [batch, ...state], dtype: this.policy.compute, trainable: false }),
    );
  }

  protected override call(ctx: Context, inputs: Tree<Output>, args: CallArguments): Tree<Output> {
    const { returnSequences, returnState, goBackwards, unroll } = this.#values;
    // Keras passes initial states with the input, or as an argument.
    const [x, ...given] = flatten(inputs) as [Output, ...Output[]];
    const steps = transpose(x, swapped(x.rank));
    const cell = this.#cell;
    const shared = cell.prepare(ctx, sizesOf(steps).slice(1));
    const projected = cell.project(shared, steps);
    const states = this.#initialStates(ctx, x, given.length > 0 ? given : args.initialState);
    const nothing = zerosOf(x, [sizeOfAxis(x, 0), ...cell.outputShape]);
    const mask = (args.mask as Output | undefined) ?? ctx.mask(x);
    const inOrder = (t: Output): Output => (goBackwards ? reverse(t, [0]) : t);
    const sequence = inOrder(projected);
    const counts = mask === undefined ? undefined : inOrder(transpose(cast(mask, 'bool'), [1, 0]));
    const whole = hasOwnOps(ctx.graph) ? cell.allSteps(shared, sequence, states, counts) : null;
    const { states: after, collected } =
      whole !== null
        ? this.#scanned(whole, counts, nothing)
        : scan({
            sequences: counts === undefined ? [sequence] : [sequence, counts],
            states: [nothing, ...states],
            shared,
            collect: returnSequences,
            longestUnrolled: unroll ? MOST_UNROLLED : LONGEST_UNROLLED,
            step: ([input, count], before, own) => {
              const step = cell.step(own, input as Output, before.slice(1));
              const values = [step.output, ...step.states];
              if (count === undefined) return values;
              // A step that does not count leaves the states; its output is the one before it, or zero.
              return values.map((value, i) =>
                where(beside(count, value), value, i === 0 && this.zeroOutputForMask ? zerosLike(value) : (before[i] as Output)),
              );
            },
          });
    const [last, ...lastStates] = after as [Output, ...Output[]];
    this.#carried.forEach((variable, i) => {
      if (ctx.has(variable)) ctx.assign(variable, reshape(lastStates[i] as Output, variable.shape));
    });
    const result = collected === undefined || !returnSequences ? last : transpose(collected, swapped(collected.rank));
    return returnState ? [result, ...lastStates] : result;
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    const mask = (args.mask as Output | undefined) ?? ctx.mask(flatten(inputs)[0] as Output);
    if (this.#values.returnSequences && mask !== undefined) ctx.setMask(flatten(outputs)[0] as Output, mask);
  }

  /** As {@link scan} gives it. */
  #scanned({ outputs, states }: CellSteps, counts: Output | undefined, nothing: Output): ScanResult {
    if (counts === undefined) return { states: [states[0] as Output, ...states], collected: outputs };
    // Before the first step that counts, the first state is what it was initially, but there is no output.
    const shown = this.zeroOutputForMask ? counts : greater(cumsum(cast(counts, 'int32')), 0);
    const collected = where(beside(shown, outputs, sizesOf(shown)), outputs, zerosLike(outputs));
    return { states: [lastStep(collected, nothing), ...states], collected };
  }

  get #values(): RecurrentValues {
    return this.options as unknown as RecurrentValues;
  }

  #initialStates(ctx: Context, x: Output, given: unknown): Output[] {
    const { stateShapes } = this.#cell;
    const sizesFor = (shape: readonly number[]): Size[] => [sizeOfAxis(x, 0), ...shape];
    if (given === undefined || given === null)
      return stateShapes.map((shape, i) => {
        const carried = this.#carried[i];
        // In the shape of the batch, which is not known to be fixed here.
        return carried !== undefined && ctx.has(carried) ? reshape(ctx.read(carried), sizesFor(shape)) : zerosOf(x, sizesFor(shape));
      });
    const states = flatten(given as Tree<Output>);
    if (states.length !== stateShapes.length)
      throw new ValueError(`\`initialState\` of layer \`${this.name}\` must be ${stateShapes.length} tensors, received ${states.length}`);
    return states.map((state) => cast(state, x.dtype));
  }
}

const isActivation = (value: unknown): value is Activation =>
  typeof (value as Activation | null)?.apply === 'function' && typeof value === 'object';

/** The axes with the first two exchanged. */
export const swapped = (rank: number): number[] => [1, 0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)];

/** Values for the first axes of `like`, those of an example by default, with axes of size 1 so that they broadcast against it. */
const beside = (x: Output, like: Output, own: readonly Size[] = [-1]): Output =>
  reshape(x, [...own, ...Array.from({ length: like.rank - own.length }, (): Size => 1)]);
