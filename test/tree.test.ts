import { describe, expect, it } from 'vitest';
import { ValueError } from '../src/errors.js';
import { flatten, isDictionary, isStructure, mapTree, structureDifference, unflatten } from '../src/tree.js';

class Leaf {}
const tree = { b: [1, { z: 2, a: 3 }], a: 4, c: [] };

describe('isDictionary and isStructure', () => {
  it('take literals and lists for structures, and everything else for leaves', () => {
    expect([{}, { a: 1 }, Object.create(null), JSON.parse('{"a":1}')].every(isDictionary)).toBe(true);
    for (const leaf of [null, undefined, 1, 'text', new Leaf(), new Map(), new Float32Array(2), () => undefined, new Date(0)])
      expect([isDictionary(leaf), isStructure(leaf)]).toEqual([false, false]);
    expect([isDictionary([]), isStructure([]), isStructure({})]).toEqual([false, true, true]);
  });
});

describe('flatten', () => {
  it('walks dictionaries by sorted keys, as tf.nest does', () => {
    expect(flatten(tree)).toEqual([4, 1, 3, 2]);
    expect(flatten({ c: [], a: 4, b: [1, { a: 3, z: 2 }] })).toEqual([4, 1, 3, 2]);
    expect(flatten(7)).toEqual([7]);
    expect(flatten([[], {}])).toEqual([]);
  });
});

describe('mapTree', () => {
  it('keeps the structure and tells where each leaf is', () => {
    expect(mapTree(tree, (leaf, path) => `${path}=${leaf}`)).toEqual({
      a: 'a=4',
      b: ['b[0]=1', { a: 'b[1].a=3', z: 'b[1].z=2' }],
      c: [],
    });
    expect(mapTree([1, [2]], (_, path) => path)).toEqual(['[0]', ['[1][0]']]);
    expect(mapTree(1, (_, path) => path)).toBe('');
  });

  it('does not change its argument', () => {
    const before = structuredClone(tree);
    mapTree(tree, (leaf) => leaf * 2);
    expect(tree).toEqual(before);
  });
});

describe('unflatten', () => {
  it('undoes flatten', () => {
    expect(unflatten(tree, flatten(tree))).toEqual(tree);
    expect(unflatten('like', [5])).toBe(5);
    expect(unflatten([], [])).toEqual([]);
  });

  it('refuses another number of leaves', () => {
    expect(() => unflatten(tree, [1, 2, 3])).toThrow(new ValueError('`leaves` must be 4 values for this structure, received 3'));
    expect(() => unflatten(tree, [1, 2, 3, 4, 5])).toThrow('received 5');
  });
});

describe('structureDifference', () => {
  it('is nothing for the same structure with other leaves', () => {
    expect(structureDifference(tree, { c: [], a: 'x', b: ['y', { a: new Leaf(), z: null }] })).toBeUndefined();
  });

  it.each([
    [{ a: 1 }, { b: 1 }, 'the top has the keys a in one and b in the other'],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, '`a` has the keys b in one and b, c in the other'],
    [[1, 2], [1], 'the top has 2 elements in one and 1 in the other'],
    [{ a: [1, [2]] }, { a: [1, [2, 3]] }, '`a[1]` has 1 elements in one and 2 in the other'],
    [[1], { 0: 1 }, 'the top is a list in one and not in the other'],
    [{ a: 1 }, 1, 'the top is a dictionary in one and not in the other'],
    [{ x: 1, y: { a: 1 } }, { x: 1, y: 2 }, '`y` is a dictionary in one and not in the other'],
    [1, [1], 'the top is a list in one and not in the other'],
  ])('%j and %j', (a, b, difference) => {
    expect(structureDifference(a, b)).toBe(difference);
  });
});
