import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Variable } from '../../src/graph/variable.js';
import { collectGarbage } from '../../src/native/garbage.js';
import { binding } from '../../src/native/loader.js';
import { type Tensor, tensor } from '../../src/tensor.js';

// What a weak reference was made to or read from stays until the turn ends.
const collected = async (): Promise<void> => {
  await setImmediate();
  await collectGarbage();
};

const SIZE = 1000;
const make = (isRepeatable?: boolean, size = SIZE) => {
  const made = { count: 0 };
  const initial = (): Float32Array => new Float32Array(size).fill(++made.count);
  const variable = new Variable({ name: 'kernel', shape: [size], initial, ...(isRepeatable === undefined ? {} : { isRepeatable }) });
  return { made, variable };
};
const first = (t: Tensor): unknown => t.data[0];
// In a function of its own: an async one keeps its temporary values while it waits.
const releaseFor = (variable: Variable): Tensor => {
  const holder = variable.value.share();
  variable.release(holder);
  return holder;
};

describe('release', () => {
  it('takes initial values from whoever holds them, and else makes them anew', async () => {
    const { made, variable } = make(true);
    const held: Tensor[] = [releaseFor(variable)];
    await collected();
    expect([first(variable.value), made.count]).toEqual([1, 1]);
    held.push(releaseFor(variable));
    held[0]?.dispose();
    expect([first(variable.value), made.count]).toEqual([1, 1]);
    held.push(releaseFor(variable));
    for (const t of held) t.dispose();
    // What others have disposed of is not taken.
    expect([first(variable.value), made.count]).toEqual([2, 2]);
  });

  it('frees the memory of values that nobody holds', async () => {
    const size = 4096 * 4096;
    const { variable } = make(true, size);
    await collected();
    const before = binding().stats().tensorBytes;
    // In whole copies: small tensors of other tests may be collected in between.
    const held = (): number => Math.round((binding().stats().tensorBytes - before) / (4 * size)) + 0;
    (() => first(releaseFor(variable)))();
    expect(held()).toBe(1);
    await collected();
    expect(held()).toBe(0);
  });

  it('keeps values that were set, and initial ones that may be others the next time', async () => {
    const set = make(true);
    set.variable.value = tensor(new Float32Array(SIZE).fill(7));
    const other = make();
    for (const { variable } of [set, other]) (() => first(releaseFor(variable)))();
    await collected();
    expect([first(set.variable.value), set.made.count]).toEqual([7, 0]);
    expect([first(other.variable.value), other.made.count]).toEqual([1, 1]);
  });

  it('lets other values be set', () => {
    const { variable } = make(true);
    const holder = releaseFor(variable);
    variable.value = tensor(new Float32Array(SIZE).fill(7));
    variable.release(holder);
    expect(first(variable.value)).toBe(7);
  });
});
