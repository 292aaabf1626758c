/** Values of which every size is known. */
import { ValueError } from '../errors.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, type Tree } from '../tree.js';

/** The leaves' shapes. @throws ValueError for a size that is not known */
export const staticShapes = (name: string, specs: Tree<TensorSpec>): number[][] =>
  flatten(specs).map((spec) => {
    if (spec.shape.includes(null)) throw new ValueError(`\`specs\` of ${name} must have known sizes, received ${spec}`);
    return spec.shape as number[];
  });
