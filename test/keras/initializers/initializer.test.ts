/** Values that are made again: the same ones, whatever was drawn in between. */
import { describe, expect, it } from 'vitest';
import { initializerRegistry, randomNormal } from '../../../src/keras/initializers/index.js';
import { type Initializer, setRandomSeed } from '../../../src/keras/initializers/initializer.js';
import { UnitForgetBias } from '../../../src/keras/layers/kernel-cell.js';

const SHAPE = [4, 4];
const named: [string, () => Initializer][] = initializerRegistry
  .classes()
  .filter(({ className }) => className !== 'STFT')
  .map((Class) => [Class.className, () => new Class({})]);

describe('maker', () => {
  it.each([...named, ['UnitForgetBias', () => new UnitForgetBias(randomNormal(), 4)] as const])('gives those of %s again', (_, create) => {
    const initializer = create();
    setRandomSeed(1);
    const expected = [1, 2, 3].map(() => initializer.values(SHAPE, 'float32'));
    setRandomSeed(1);
    const [one, other] = [initializer.maker(SHAPE, 'float32'), initializer.maker(SHAPE, 'float32')];
    expect([one(), other()]).toEqual(expected.slice(0, 2));
    expect([one(), other(), one()]).toEqual([expected[0], expected[1], expected[0]]);
    // To make values again draws nothing.
    expect(initializer.values(SHAPE, 'float32')).toEqual(expected[2]);
  });
});
