import { expect, it } from 'vitest';
import { FileFormatError } from '../../../../src/errors.js';
import { Source } from '../../../../src/keras/saving/hdf5/source.js';
import { readFilters } from '../../../../src/keras/saving/hdf5/storage.js';
import { Budget } from '../../../../src/keras/saving/limits.js';

const filters = (count: number) => {
  // Version 2: each is `id`, flags, the number of values, all of two bytes.
  const bytes = Uint8Array.of(2, count, ...Array.from({ length: count }, () => [2, 0, 0, 0, 0, 0]).flat());
  return readFilters(new Source('f.h5', bytes, new Budget('f.h5', bytes.length)).cursor(0, 'filters'));
};

it('takes 32 filters, as the HDF5 library, since each goes over all bytes again', () => {
  expect(filters(32)).toHaveLength(32);
  expect(() => filters(33)).toThrow(new FileFormatError('f.h5', 'damaged: a dataset has 33 filters'));
});
