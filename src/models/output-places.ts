/** Where a loss or a metric finds what it compares: in whole structures, or at one output of a model. */
import { ValueError } from '../errors.js';
import { isDictionary, isStructure, type Tree } from '../tree.js';

/** The parts of structures that belong together, of tensors as of their specs. */
export interface Place {
  /** The output's name; `null` for all outputs. */
  readonly output: string | null;
  /** @throws ValueError where the labels have nothing for the output */
  readonly labels: <T>(labels: Tree<T>) => Tree<T>;
  readonly predictions: <T>(predictions: Tree<T>) => Tree<T>;
  /** One tensor for all outputs, or one for this output; `undefined` where `weights` is an empty list. @throws ValueError for a structure */
  readonly sampleWeight: <T>(weights: Tree<T>) => T | undefined;
}

/** All labels and all outputs together. */
export const everything: Place = {
  output: null,
  labels: (labels) => labels,
  predictions: (predictions) => predictions,
  sampleWeight: (weights) => leaf(weights, 'what compares all outputs at once'),
};

/**
 * One output by itself. Its label is the one of its name where the labels are a dictionary of the outputs' names, else the one of its
 * position; all labels where there is one output only.
 */
export function placeOf(names: readonly string[], position: number): Place {
  const name = names[position] as string;
  const part = <T>(what: string, tree: Tree<T>): Tree<T> => {
    const named = isDictionary(tree) && names.some((n) => Object.hasOwn(tree, n));
    if (!named && names.length === 1) return tree;
    const found = named ? (tree as Record<string, Tree<T>>)[name] : isStructure(tree) ? children(tree as Tree<T>)[position] : undefined;
    if (found === undefined) throw new ValueError(`\`${what}\` must have something for the output \`${name}\` of the model`);
    return found;
  };
  return {
    output: name,
    labels: (labels) => part('y', labels),
    predictions: (predictions) => (isStructure(predictions) ? (children(predictions)[position] as never) : predictions),
    sampleWeight: (weights) =>
      leaf(isNone(weights) || !isStructure(weights) ? weights : part('sampleWeight', weights), `the output \`${name}\``),
  };
}

/** The top-level members of a structure, in flat order. */
const children = <T>(tree: Tree<T>): Tree<T>[] =>
  Array.isArray(tree)
    ? (tree as Tree<T>[])
    : Object.keys(tree as object)
        .sort()
        .map((key) => (tree as Record<string, Tree<T>>)[key] as Tree<T>);

const isNone = (tree: Tree<unknown>): boolean => Array.isArray(tree) && tree.length === 0;

function leaf<T>(tree: Tree<T>, owner: string): T | undefined {
  if (isNone(tree)) return undefined;
  if (isStructure(tree)) throw new ValueError(`\`sampleWeight\` must be one tensor for ${owner}, received a structure`);
  return tree as T;
}
