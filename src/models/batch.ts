/** Batches: inputs and labels in the structure that an input spec describes. */
import type { DType } from '../dtype.js';
import { typeError, ValueError } from '../errors.js';
import { Tensor, type TensorData, tensor } from '../tensor.js';
import { TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, isDictionary, isStructure, mapTree, structureDifference, type Tree } from '../tree.js';
import { describe, mustBe } from '../validate.js';

type SpecTree = Tree<TensorSpec>;
/**
 * Specs of inputs and labels: `{ x, y }` or `[x, y]`, each any structure of tensor specs. `{ x, y, sampleWeight }` has factors for the losses
 * of the examples besides: a tensor `[batch]` (or `[batch, steps]`), or one for each output as the labels.
 */
export type InputSpec = { readonly x: SpecTree; readonly y: SpecTree; readonly sampleWeight?: SpecTree } | readonly [SpecTree, SpecTree];

/** The tensors that a structure of specs describes. */
export type TensorsOf<S> = S extends TensorSpec<infer _Shape, infer D> ? Tensor<D> : { readonly [K in keyof S]: TensorsOf<S[K]> };
/** A batch in exactly the structure of the spec. */
export type BatchOf<S extends InputSpec> = InputSpec extends S ? AnyBatch : TensorsOf<S>;
type AnyTensors = Tensor | readonly unknown[] | { readonly [key: string]: unknown };
type AnyBatch = { readonly x: AnyTensors; readonly y?: AnyTensors; readonly sampleWeight?: AnyTensors } | readonly [AnyTensors, AnyTensors];
/** The inputs of a batch. */
export type InputsOf<S extends InputSpec> = InputSpec extends S
  ? AnyTensors
  : S extends { readonly x: infer X }
    ? TensorsOf<X>
    : S extends readonly [infer X, unknown]
      ? TensorsOf<X>
      : never;

/** @throws TypeError, ValueError for what is no input spec */
export function checkInputSpec(spec: unknown): asserts spec is InputSpec {
  if (spec instanceof TensorSpec || !isStructure(spec)) throw mustBe('inputSpec', 'a list or a dictionary of two elements, x and y', spec);
  const count = Array.isArray(spec) ? spec.length : Object.keys(spec).filter((key) => key !== 'sampleWeight').length;
  if (count !== 2)
    throw new ValueError(
      `\`inputSpec\` must contain exactly two top-level elements, one for the inputs and one for the labels (and \`sampleWeight\` where examples are weighted), received ${count}`,
    );
  mapTree(spec as InputSpec, (leaf, path) => {
    if (!(leaf instanceof TensorSpec))
      throw mustBe(`inputSpec${path.startsWith('[') ? path : `.${path}`}`, 'a tensor spec (from tensorSpec)', leaf);
  });
  if (Array.isArray(spec)) return;
  if (!Object.hasOwn(spec, 'x'))
    throw new ValueError(
      `\`inputSpec\` must have the key \`x\`, representing the input(s) to the model, received the keys ${Object.keys(spec).join(', ')}`,
    );
  if (!Object.hasOwn(spec, 'y'))
    throw new ValueError(
      `\`inputSpec\` must have the key \`y\`, representing the label(s), received the keys ${Object.keys(spec).join(', ')}`,
    );
}

/** The specs of the inputs. */
export const inputsSpec = (spec: InputSpec): SpecTree =>
  isDictionary(spec) ? (spec as { x: SpecTree }).x : (spec as readonly [SpecTree, SpecTree])[0];
/** The specs of the labels. */
export const labelsSpec = (spec: InputSpec): SpecTree =>
  isDictionary(spec) ? (spec as { y: SpecTree }).y : (spec as readonly [SpecTree, SpecTree])[1];
/** The specs of the examples' weights; an empty list where there are none. */
export const sampleWeightSpec = (spec: InputSpec): SpecTree =>
  isDictionary(spec) ? ((spec as { sampleWeight?: SpecTree }).sampleWeight ?? []) : [];

/**
 * The specs with any number of rows: the size of a batch is not checked, as in TFF (a spec `[1, 3]` takes a batch of 2).
 */
export const anyBatch = (specs: SpecTree): SpecTree =>
  mapTree(specs, (spec) => (spec.shape.length === 0 ? spec : (tensorSpec([null, ...spec.shape.slice(1)], spec.dtype) as TensorSpec)));

/**
 * Inputs, labels and the examples' weights of a batch, whichever form it has.
 *
 * @throws TypeError for something that is no batch, or has no `x`.
 */
export function splitBatch(batch: unknown): { x: unknown; y: unknown; sampleWeight: unknown } {
  if (isDictionary(batch)) {
    if (batch.x === undefined || batch.x === null)
      throw typeError(`\`batch\` is missing the required key \`x\`, received the keys ${Object.keys(batch).join(', ') || 'none'}`);
    return { x: batch.x, y: batch.y ?? undefined, sampleWeight: batch.sampleWeight ?? undefined };
  }
  if (Array.isArray(batch) && batch.length === 2) return { x: batch[0], y: batch[1] ?? undefined, sampleWeight: undefined };
  throw mustBe('batch', '{ x, y } or [x, y]', batch);
}

/**
 * The examples' weights, checked against their specs.
 *
 * @throws TypeError where there are weights without specs, or specs without weights; else as {@link toTensors}
 */
export function toSampleWeight(name: string, specs: SpecTree, value: unknown): Tree<Tensor> {
  const [given, expected] = [value !== undefined, flatten(specs).length > 0];
  if (given === expected) return given ? toTensors(name, specs, value) : [];
  throw typeError(
    given
      ? `\`${name}\` must be left out: the input spec of the model has no \`sampleWeight\``
      : `\`${name}\` must be given, since the input spec of the model has \`sampleWeight\``,
  );
}

/**
 * The tensors of a structure of values, checked against specs; typed arrays and nested arrays are converted.
 *
 * @throws TypeError for another structure or dtype, ValueError for a shape that does not fit; the message names the place.
 */
export function toTensors(name: string, specs: SpecTree, values: unknown): Tree<Tensor> {
  return mapTree(specs, (spec, path) => {
    const where = path === '' ? name : path.startsWith('[') ? `${name}${path}` : `${name}.${path}`;
    const value = valueAt(name, specs, values, path);
    const t = value instanceof Tensor ? value : convert(where, spec, value);
    if (t.dtype !== spec.dtype) throw typeError(`\`${where}\` must be ${spec.dtype}, received ${t}`);
    if (!spec.accepts(t.shape, t.dtype))
      throw new ValueError(`\`${where}\` must be of shape [${spec.shape.map((s) => s ?? 'null').join(', ')}], received ${t}`);
    return t;
  });
}

function valueAt(name: string, specs: SpecTree, values: unknown, path: string): unknown {
  if (path === '') return values;
  let value: unknown = values;
  for (const part of path.matchAll(/\[(\d+)\]|([^.[]+)/g)) {
    const key = part[1] ?? (part[2] as string);
    if (!isStructure(value))
      throw mustBe(
        name,
        `the structure of the input spec (${structureDifference(specs, values as Tree<unknown>) ?? 'a structure'})`,
        values,
      );
    value = (value as Record<string, unknown>)[key];
    if (value === undefined)
      throw typeError(`\`${name}\` must have \`${path}\`: ${describe(values)} does not have the structure of the input spec`);
  }
  return value;
}

function convert(where: string, spec: TensorSpec, value: unknown): Tensor {
  if (ArrayBuffer.isView(value)) {
    const fixed = spec.shape.slice(1);
    if (fixed.some((s) => s === null) || spec.shape.length === 0) throw mustBe(where, `a tensor ${spec}`, value);
    const row = (fixed as number[]).reduce((a, b) => a * b, 1);
    const rows = row === 0 ? 0 : (value as Uint8Array).length / row;
    if (!Number.isInteger(rows))
      throw new ValueError(`\`${where}\` must be whole rows of ${row} values, received ${(value as Uint8Array).length} values`);
    return tensor(value as Float32Array, [rows, ...(fixed as number[])], spec.dtype as DType);
  }
  if (!Array.isArray(value) && typeof value !== 'number' && typeof value !== 'boolean') throw mustBe(where, `a tensor ${spec}`, value);
  return tensor(value as TensorData, undefined, spec.dtype);
}

/**
 * Refuses tensors of different numbers of rows, which losses would broadcast where shapes allow; scalars have none.
 *
 * @throws ValueError naming the first tensor that does not fit
 */
export function checkRows(name: string, parts: Tree<Tensor>): void {
  let rows: number | undefined;
  mapTree(parts, (t, path) => {
    rows ??= t.shape[0];
    if (t.shape.length > 0 && t.shape[0] !== rows)
      throw new ValueError(`\`${name}.${path}\` must have ${rows} examples as the tensors before, received ${t}`);
  });
}

/** The number of rows of the first tensor in a structure. */
export const rowsOf = (tensors: Tree<Tensor>): number => (flatten(tensors)[0] as Tensor).shape[0] ?? 1;
