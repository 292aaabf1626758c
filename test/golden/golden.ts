/**
 * What the golden files hold, and how near a result must come.
 *
 * The files lie beside the repository, in `../shared/golden`, or where `FEDKERAS_GOLDEN` says; without them the tests are skipped. `keras/` holds
 * what Keras computed, `learning/` what TensorFlow Federated did.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DType } from '../../src/dtype.js';
import { type Tensor, type TensorSpec, tensor, tensorSpec } from '../../src/index.js';

/** A tensor as the files write it. */
export interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean | string)[];
}

/** Tensors, in lists and dictionaries. */
export type Structure<T> = T | readonly Structure<T>[] | { readonly [key: string]: Structure<T> };

const root = process.env.FEDKERAS_GOLDEN ?? join(import.meta.dirname, '../../../shared/golden');

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

const isStored = (node: unknown): node is Stored => typeof node === 'object' && node !== null && 'dtype' in node && 'shape' in node;

function map<T>(node: Structure<Stored>, fn: (stored: Stored) => T): Structure<T> {
  if (isStored(node)) return fn(node);
  if (Array.isArray(node)) return node.map((child) => map(child, fn));
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, map(child as Structure<Stored>, fn)]));
}

const load = ({ dtype, shape, data }: Stored): Tensor => {
  const array = ARRAYS[dtype as keyof typeof ARRAYS];
  const values = data.map((v) => (dtype === 'int64' ? BigInt(v) : Number(v)));
  return tensor((array.from as (values: readonly unknown[]) => Float32Array)(values), [...shape], dtype) as Tensor;
};

/** The tensors of a structure. */
export const tensors = <R = Structure<Tensor>>(node: Structure<Stored>): R => map(node, load) as R;

/** Specs for batches of any size of these tensors. */
export const specs = (node: Structure<Stored>): Structure<TensorSpec> =>
  map(node, ({ dtype, shape }) => tensorSpec([null, ...shape.slice(1)], dtype));

/** Batches one after another, as one. */
export function concatenate(batches: readonly Structure<Stored>[]): Structure<Stored> {
  const [first] = batches;
  if (isStored(first)) {
    const all = batches as readonly Stored[];
    const rows = all.reduce((sum, t) => sum + (t.shape[0] as number), 0);
    return { dtype: first.dtype, shape: [rows, ...first.shape.slice(1)], data: all.flatMap((t) => t.data) };
  }
  const part = (key: string): Structure<Stored> => concatenate(batches.map((b) => (b as Record<string, Structure<Stored>>)[key] as Stored));
  if (Array.isArray(first)) return first.map((_, i) => part(String(i)));
  return Object.fromEntries(Object.keys(first as object).map((key) => [key, part(key)]));
}

type Leaf = { readonly data: ArrayLike<unknown> };

/** Tensors and numbers of a structure, dictionaries by their sorted keys. */
function leaves(node: unknown): Leaf[] {
  if (node === undefined || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(leaves);
  if (typeof node !== 'object') return [{ data: [node] }];
  if ('data' in node && 'shape' in node) return [node as unknown as Leaf];
  return Object.keys(node)
    .sort()
    .flatMap((key) => leaves((node as Record<string, unknown>)[key]));
}

/**
 * Fails where a value differs by more than `relative` times itself, or a tenth of the largest of its tensor, plus `absolute`. NaN is near to
 * nothing.
 */
export function expectNear(what: string, received: unknown, expected: unknown, relative: number, absolute = 1e-5): void {
  const [actual, wanted] = [leaves(received), leaves(expected)];
  expect(actual.length, `${what}: number of tensors`).toBe(wanted.length);
  wanted.forEach((leaf, i) => {
    const [a, b] = [Array.from(actual[i]?.data ?? [], Number), Array.from(leaf.data, Number)];
    expect(a.length, `${what}[${i}]: number of values`).toBe(b.length);
    const scale = 0.1 * Math.max(0, ...b.map(Math.abs));
    const far = b.findIndex((v, j) => !(Math.abs((a[j] as number) - v) <= absolute + relative * Math.max(Math.abs(v), scale)));
    if (far >= 0) expect.fail(`${what}[${i}][${far}] must be near ${b[far]}, received ${a[far]}`);
  });
}

/** Options by the names that JavaScript has for them. */
export const camelCase = (options: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), value]),
  );

/**
 * A test per case of a folder.
 *
 * @param count The number of cases that there are, so that none goes missing.
 */
export function goldenTests<C>(kind: string, count: number, check: (folder: string, content: C) => Promise<void>): void {
  const folder = join(root, kind);
  const isThere = existsSync(folder);
  const names = isThere ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'case.json'))) : [];

  describe.skipIf(!isThere)(`golden numbers of ${kind} (skipped where ../shared/golden and FEDKERAS_GOLDEN are absent)`, () => {
    it('are all there', () => {
      expect(names.length).toBe(count);
    });

    for (const name of names)
      it(name, () => check(join(folder, name), JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as C));
  });
}
