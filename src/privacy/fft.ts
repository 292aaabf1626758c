/** The discrete Fourier transform of sizes that are powers of two, in place (Cooley and Tukey, Math. Comp. 19, 1965). */

/**
 * Transforms complex numbers, given by their parts. The inverse is the transform with the parts exchanged, divided by the size.
 *
 * @param real Of a length that is a power of two.
 */
export function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  reorder(real, imaginary);
  const cosines = new Float64Array(size / 2);
  const sines = new Float64Array(size / 2);
  for (let i = 0; i < size / 2; i++) {
    cosines[i] = Math.cos((2 * Math.PI * i) / size);
    sines[i] = -Math.sin((2 * Math.PI * i) / size);
  }
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let begin = 0; begin < size; begin += 2 * half) {
      for (let i = begin, turn = 0; i < begin + half; i++, turn += stride) {
        const j = i + half;
        const cosine = cosines[turn] as number;
        const sine = sines[turn] as number;
        const re = (real[j] as number) * cosine - (imaginary[j] as number) * sine;
        const im = (real[j] as number) * sine + (imaginary[j] as number) * cosine;
        real[j] = (real[i] as number) - re;
        imaginary[j] = (imaginary[i] as number) - im;
        real[i] = (real[i] as number) + re;
        imaginary[i] = (imaginary[i] as number) + im;
      }
    }
  }
}

/** Brings each number to the place whose bits are its own place's backwards. */
function reorder(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const re = real[i] as number;
    const im = imaginary[i] as number;
    real[i] = real[j] as number;
    imaginary[i] = imaginary[j] as number;
    real[j] = re;
    imaginary[j] = im;
  }
}
