import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, numbers, repeat, rounds, scalar, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { concat, rotatedUniformStochasticQuantizer, sum, uniformStochasticQuantizer } = aggregators;
const values = [
  [1, 2, 3],
  [2, 4, 6],
  [1, 3, 5],
].map((v) => tensor(v));
const bits = (measurements: unknown): number => scalar((measurements as Record<string, unknown>).numBits);

// Cases of FedJAX's compression_test.
describe('uniformStochasticQuantizer', () => {
  it('changes nothing where there are as many levels as values', async () => {
    const quantizer = uniformStochasticQuantizer({ numLevels: 3 });
    expectClose((await aggregate(quantizer, values, [2, 4, 2])).numbers, [1.5, 3.25, 5]);
    expect((await aggregate(quantizer, [tensor([0, 2, 2, 4])])).numbers).toEqual([0, 2, 2, 4]);
    expect((await aggregate(uniformStochasticQuantizer({ numLevels: 4 }), [tensor([4, 4, 4])])).numbers).toEqual([4, 4, 4]);
    expect(quantizer.weighted).toBe(true);
  });

  it('rounds to a neighbouring level, without bias', async () => {
    const repeated = tensor([0, 100, ...repeat(40_000, 1)]);
    const { numbers: received } = await aggregate(uniformStochasticQuantizer({ numLevels: 126 }), [repeated]);
    const levels = new Set(received.slice(2).map((v) => v.toFixed(4)));
    expect(levels).toEqual(new Set(['0.8000', '1.6000']));
    // One of four goes up: 1 lies a quarter of the way from 0.8 to 1.6.
    expect(Math.abs(moments(received.slice(2)).mean - 1)).toBeLessThan((4 * 0.8 * Math.sqrt(0.25 * 0.75)) / 200);
  });

  it('rounds otherwise for each client, and in each round', async () => {
    const value = tensor([0, 1, ...repeat(200, 0.5)]);
    const quantizer = uniformStochasticQuantizer({ numLevels: 2, inner: sum() });
    const outputs = await rounds(quantizer, repeat(2, [value, value]));
    expect(outputs[0]?.numbers).not.toEqual(outputs[1]?.numbers);
    expect(outputs[0]?.numbers.slice(2)).toContain(1);
  });

  it('counts the bits of all clients: a code of fixed width, and the range of each leaf', async () => {
    const { measurements } = await aggregate(uniformStochasticQuantizer({ numLevels: 3 }), values);
    expect(bits(measurements)).toBe(3 * (3 * 2 + 64));
    const structure = { a: tensor(new Float32Array(10)), b: [tensor(1)] };
    expect(bits((await aggregate(uniformStochasticQuantizer({ numLevels: 256 }), [structure])).measurements)).toBe(10 * 8 + 8 + 2 * 64);
    const joined = concat({ inner: uniformStochasticQuantizer({ numLevels: 256 }) });
    expect(bits((await aggregate(joined, [structure])).measurements)).toBe(11 * 8 + 64);
    const outputs = await rounds(uniformStochasticQuantizer({ numLevels: 3 }), repeat(3, values));
    expect(outputs.map((r) => scalar(r.measurements.totalBits))).toEqual([210, 420, 630]);
  });

  it('passes on what is not finite', async () => {
    const { numbers: received } = await aggregate(uniformStochasticQuantizer({ numLevels: 3 }), [tensor([1, Number.NaN, 2])]);
    expect(received.some(Number.isFinite)).toBe(false);
  });

  it('refuses other numbers of levels', () => {
    expect(() => uniformStochasticQuantizer({ numLevels: 1 })).toThrow('`numLevels` must be a finite number in [2, 65536], received 1');
    expect(() => uniformStochasticQuantizer({ numLevels: 2.5 })).toThrow(RangeError);
    expect(() => uniformStochasticQuantizer({ numLevels: 2, inner: 1 as never })).toThrow(TypeError);
  });
});

describe('rotatedUniformStochasticQuantizer', () => {
  it('is right on average, at two levels', async () => {
    const outputs = await rounds(rotatedUniformStochasticQuantizer({ numLevels: 2 }), repeat(2000, values), [2, 4, 2]);
    const average = [0, 1, 2].map((k) => moments(outputs.map((r) => r.numbers[k] as number)).mean);
    [1.5, 3.25, 5].forEach((e, k) => expect(Math.abs((average[k] as number) - e)).toBeLessThan(0.15));
    // Padded to four elements of one bit.
    expect(bits(outputs[0]?.measurements)).toBe(3 * (4 + 64));
  });

  it('has a smaller error than without rotation where one element is far from the others', async () => {
    const value = Float32Array.from({ length: 1024 }, (_, i) => (i === 5 ? 100 : Math.sin(i)));
    const error = async (aggregator: aggregators.Aggregator) => {
      const received = numbers((await aggregate(aggregator, [tensor(value)])).result);
      return Math.hypot(...received.map((v, i) => v - (value[i] as number)));
    };
    const plain = await error(uniformStochasticQuantizer({ numLevels: 16 }));
    expect(await error(rotatedUniformStochasticQuantizer({ numLevels: 16 }))).toBeLessThan(plain / 4);
  });

  it('refuses other options', () => {
    expect(() => rotatedUniformStochasticQuantizer({ numLevels: 1 })).toThrow(RangeError);
    expect(() => rotatedUniformStochasticQuantizer({ numLevels: 2, rotation: 1 } as never)).toThrow('has no option `rotation`');
  });

  it('keeps structures', async () => {
    const { result } = await aggregate(rotatedUniformStochasticQuantizer({ numLevels: 65536 }), [scalars({ a: [1, 2], b: 3 })]);
    expectClose(numbers(result), [1, 2, 3], 3);
  });
});
