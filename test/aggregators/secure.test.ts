import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { expectClose, repeat, rounds, scalar, scalars } from './fixtures.js';

const { robust, secure } = aggregators;

describe('secure', () => {
  it('gives what robust gives, up to the encoding', async () => {
    for (const weighted of [true, false]) {
      const rows = repeat(4, [0.3, 0.9, 5, 300].map(scalars));
      const plain = await rounds(robust({ weighted }), rows, [3, 2, 1, 1]);
      const hidden = await rounds(secure({ weighted }), rows, [3, 2, 1, 1]);
      expectClose(
        hidden.map((r) => r.numbers[0] as number),
        plain.map((r) => r.numbers[0] as number),
        4,
      );
      expect(hidden.map((r) => scalar(r.measurements.zeroedCount))).toEqual(plain.map((r) => scalar(r.measurements.zeroedCount)));
    }
  });

  it('clips elements to an estimated range', async () => {
    const outputs = await rounds(secure({ zeroing: false, clipping: false }), repeat(2, [scalars(1)]));
    const bounds = outputs.map((r) => scalar((r.measurements.meanValue as unknown as Record<string, unknown>).secureUpperThreshold));
    expectClose(bounds, [100, 95.12294245], 4);
  });
});
