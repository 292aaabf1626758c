import { describe, expect, it } from 'vitest';
import { arrayClass, DTYPES, type DType, dtypeBytes, dtypeName, dtypeNumber, isDType, isFloating, isInteger } from '../src/dtype.js';

// Numbers of TF_DataType (tensorflow/c/tf_datatype.h) and sizes.
const TABLE: [DType, number, number][] = [
  ['float32', 1, 4],
  ['float64', 2, 8],
  ['int32', 3, 4],
  ['uint8', 4, 1],
  ['int16', 5, 2],
  ['int8', 6, 1],
  ['string', 7, 0],
  ['int64', 9, 8],
  ['bool', 10, 1],
  ['bfloat16', 14, 2],
  ['uint16', 17, 2],
  ['float16', 19, 2],
  ['uint32', 22, 4],
  ['uint64', 23, 8],
];

describe('element types', () => {
  it('are those that Keras has', () => {
    expect([...DTYPES].sort()).toEqual(TABLE.map(([name]) => name).sort());
  });

  it.each(TABLE)('%s is number %i with %i bytes', (name, number, bytes) => {
    expect(dtypeNumber(name)).toBe(number);
    expect(dtypeName(number)).toBe(name);
    expect(dtypeBytes(name)).toBe(bytes);
    if (name !== 'string') expect(new (arrayClass(name))(1).BYTES_PER_ELEMENT).toBe(bytes);
  });

  it('are floating, integers, or neither', () => {
    expect(DTYPES.filter(isFloating).sort()).toEqual(['bfloat16', 'float16', 'float32', 'float64']);
    expect(DTYPES.filter(isInteger).sort()).toEqual(['int16', 'int32', 'int64', 'int8', 'uint16', 'uint32', 'uint64', 'uint8']);
  });

  it('are told from other names', () => {
    expect(isDType('int64')).toBe(true);
    for (const other of ['complex64', 'toString', '', 1, null, undefined]) expect(isDType(other)).toBe(false);
    // DT_COMPLEX64, DT_RESOURCE, DT_VARIANT, and no type at all.
    for (const number of [8, 20, 21, 0, -1]) expect(dtypeName(number)).toBeUndefined();
  });
});
