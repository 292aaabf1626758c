/**
 * Structures of values: a leaf, or a list or a dictionary of structures.
 *
 * Dictionaries are walked in the order of their sorted keys, as `tf.nest` does, so that the flat order does not depend on how
 * an object was written.
 */
import { ValueError } from './errors.js';

export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** A dictionary is an object literal; instances of classes, typed arrays and the like are leaves. */
export function isDictionary(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether `value` is a list or a dictionary rather than a leaf. */
export const isStructure = (value: unknown): value is readonly unknown[] | Readonly<Record<string, unknown>> =>
  Array.isArray(value) || isDictionary(value);

/** Applies `fn` to every leaf, with the leaf's path (`x.image`, `[0]`), and rebuilds the structure. */
export function mapTree<T, R>(tree: Tree<T>, fn: (leaf: T, path: string) => R, path = ''): Tree<R> {
  if (Array.isArray(tree)) return tree.map((child: Tree<T>, i) => mapTree(child, fn, `${path}[${i}]`));
  if (isDictionary(tree)) {
    const out: Record<string, Tree<R>> = {};
    for (const key of Object.keys(tree).sort()) out[key] = mapTree(tree[key] as Tree<T>, fn, path === '' ? key : `${path}.${key}`);
    return out;
  }
  return fn(tree as T, path);
}

/** The leaves in order. */
export function flatten<T>(tree: Tree<T>): T[] {
  const leaves: T[] = [];
  collect(tree, leaves);
  return leaves;
}

// Every client's tensors go through here in every round: no paths and no structures are made.
function collect<T>(tree: Tree<T>, leaves: T[]): void {
  if (Array.isArray(tree)) for (const child of tree as readonly Tree<T>[]) collect(child, leaves);
  else if (isDictionary(tree)) for (const key of Object.keys(tree).sort()) collect(tree[key] as Tree<T>, leaves);
  else leaves.push(tree as T);
}

/** Puts `leaves`, in `flatten`'s order, into the structure of `like`. */
export function unflatten<T>(like: Tree<unknown>, leaves: readonly T[]): Tree<T> {
  let next = 0;
  const tree = mapTree(like, () => leaves[next++] as T);
  if (next !== leaves.length) throw new ValueError(`\`leaves\` must be ${next} values for this structure, received ${leaves.length}`);
  return tree;
}

/**
 * The first place where two structures differ, or `undefined` where they are alike: used by messages.
 */
export function structureDifference(a: Tree<unknown>, b: Tree<unknown>, path = ''): string | undefined {
  const at = path === '' ? 'the top' : `\`${path}\``;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return `${at} is a list in one and not in the other`;
    if (a.length !== b.length) return `${at} has ${a.length} elements in one and ${b.length} in the other`;
    return firstDifference(a.map((child, i) => structureDifference(child, b[i], `${path}[${i}]`)));
  }
  if (isDictionary(a) || isDictionary(b)) {
    if (!isDictionary(a) || !isDictionary(b)) return `${at} is a dictionary in one and not in the other`;
    const [keysA, keysB] = [Object.keys(a).sort(), Object.keys(b).sort()];
    if (keysA.join('\0') !== keysB.join('\0')) return `${at} has the keys ${keysA.join(', ')} in one and ${keysB.join(', ')} in the other`;
    return firstDifference(keysA.map((key) => structureDifference(a[key], b[key], path === '' ? key : `${path}.${key}`)));
  }
  return undefined;
}

const firstDifference = (differences: readonly (string | undefined)[]): string | undefined => differences.find((d) => d !== undefined);
