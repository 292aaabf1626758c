import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../src/native/garbage.js';
import { binding } from '../../src/native/loader.js';
import { type Tensor, tensor } from '../../src/tensor.js';

const BYTES = 4 << 10;
const make = (count: number): Tensor[] => Array.from({ length: count }, () => tensor(new Float32Array(BYTES / 4)));
const native = (tensors: readonly Tensor[]): number => tensors.reduce((n, t) => n + binding().tensorInfo(t.native).byteLength, 0);

describe('collectGarbage', () => {
  it('frees the tensors that nobody holds, and no others', async () => {
    const held = make(3);
    native(held);
    await collectGarbage();
    const before = binding().stats().tensorBytes;
    // In a function of its own: an async one keeps its temporary values while it waits.
    const drop = (): number => native(make(100));
    expect(drop()).toBe(100 * BYTES);
    await collectGarbage();
    expect(binding().stats().tensorBytes).toBe(before);
    expect(native(held)).toBe(3 * BYTES);
  });

  it('leaves nothing in the global scope', async () => {
    await collectGarbage();
    expect('gc' in globalThis).toBe(false);
  });
});
