/** Numbers as the elements of any numeric type. */
import { arrayClass, type NumericArray, type NumericDType } from '../../dtype.js';

const scratch = new Float32Array(1);
const bits = new Uint32Array(scratch.buffer);

/** The upper half of the bits of a `float32`, to the nearest even. */
function bfloat16(value: number): number {
  scratch[0] = value;
  const b = bits[0] as number;
  return (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
}

/** IEEE half precision, to the nearest even; subnormal below 2^-14, infinite from 65520 on. */
function float16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size / 2 ** (exponent - 10);
  const rounded = Math.round(steps) - (steps % 1 === 0.5 && Math.floor(steps) % 2 === 0 ? 1 : 0);
  // A rounded-up fraction carries into the exponent by itself.
  return sign | (size < 2 ** -14 ? rounded : ((exponent + 15) << 10) + (rounded - 1024));
}

/** The elements of a tensor of `dtype`: whole numbers are cut, the 16-bit floats are bits. */
export function elements(data: Float32Array | Float64Array, dtype: NumericDType): NumericArray {
  if (data instanceof arrayClass(dtype)) return data;
  const out = new (arrayClass(dtype))(data.length) as { [index: number]: number | bigint } & NumericArray;
  const convert = converter(dtype);
  for (let i = 0; i < data.length; i++) out[i] = convert(data[i] as number);
  return out;
}

function converter(dtype: NumericDType): (value: number) => number | bigint {
  if (dtype === 'bfloat16') return bfloat16;
  if (dtype === 'float16') return float16;
  if (dtype === 'int64' || dtype === 'uint64') return (value) => BigInt(Math.trunc(value));
  return dtype === 'bool' ? (value) => (value === 0 ? 0 : 1) : (value) => value;
}
