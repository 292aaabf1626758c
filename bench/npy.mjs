// Reads NumPy's .npy files (format 1.0 and 2.0, little-endian, C order), which the benchmarks' data is in.
import { readFileSync } from 'node:fs';

const TYPES = {
  '<f4': [Float32Array, 'float32'],
  '<f8': [Float64Array, 'float64'],
  '<i4': [Int32Array, 'int32'],
  '<i8': [BigInt64Array, 'int64'],
};

/** The array of a file: `{ dtype, shape, data }`. */
export function readNpy(path) {
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 1, 6) !== 'NUMPY') throw new Error(`${path} is no .npy file`);
  const wide = bytes[6] > 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, end);
  const descr = /'descr': '([^']+)'/.exec(header)?.[1];
  const type = TYPES[descr];
  if (type === undefined || !/'fortran_order': False/.test(header))
    throw new Error(`${path} holds ${header.trim()}, which is not supported`);
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((s) => s.trim() !== '')
    .map(Number);
  const [ArrayType, dtype] = type;
  const buffer = bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + bytes.length);
  return { dtype, shape, data: new ArrayType(buffer) };
}
