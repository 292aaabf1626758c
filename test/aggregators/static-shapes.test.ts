import { expect, it } from 'vitest';
import { staticShapes } from '../../src/aggregators/static-shapes.js';
import { ValueError } from '../../src/errors.js';
import { tensorSpec } from '../../src/index.js';

it('has the shapes of all leaves, or says which size is not known', () => {
  expect(staticShapes('krum', { a: tensorSpec([2, 3]), b: [tensorSpec([]), tensorSpec([0], 'int32')] } as never)).toEqual([
    [2, 3],
    [],
    [0],
  ]);
  expect(() => staticShapes('krum', [tensorSpec([2]), tensorSpec([3, null])] as never)).toThrow(
    new ValueError('`specs` of krum must have known sizes, received float32[3, null]'),
  );
});
