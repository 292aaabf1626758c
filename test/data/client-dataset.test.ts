import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { data, tensor } from '../../src/index.js';
import { binding } from '../../src/native/loader.js';

const { clientDataset } = data;
const rows = (n: number) => tensor(new Float32Array(n * 2), [n, 2]);
const labels = (n: number) => tensor(new Int32Array(n));
const ten = (options: data.ClientDatasetOptions = {}) => clientDataset({ x: rows(10), y: labels(10) }, options);
const wrong =
  (...args: unknown[]) =>
  () =>
    (clientDataset as (...args: unknown[]) => unknown)(...args);

describe('clientDataset', () => {
  it('has batches of 32, one pass, in order, by default', () => {
    const { size, batchSize, epochs, shuffle, seed, dropRemainder, stepsPerEpoch } = ten();
    expect({ size, batchSize, epochs, shuffle, seed, dropRemainder, stepsPerEpoch }).toEqual({
      size: 10,
      batchSize: 32,
      epochs: 1,
      shuffle: false,
      seed: 0,
      dropRemainder: false,
      stepsPerEpoch: 1,
    });
  });

  it('takes weights of the examples along, as many as there are', () => {
    const sampleWeight = tensor(new Float32Array(10));
    const dataset = clientDataset({ x: rows(10), y: labels(10), sampleWeight });
    expect([dataset.sampleWeight, dataset.withOptions({ batchSize: 5 }).sampleWeight]).toEqual([sampleWeight, sampleWeight]);
    expect(ten().sampleWeight).toEqual([]);
    expect(wrong({ x: rows(9), y: labels(9), sampleWeight })).toThrow(/`sampleWeight` must have 9 examples/);
    expect(wrong({ x: rows(9), y: labels(9), sampleWeight: 3 })).toThrow(/`sampleWeight` must be a tensor/);
  });

  it.each([
    // Examples, batch size, dropped remainder: steps of a pass, and examples that are used in two.
    [10, 5, false, 2, 20],
    [10, 3, false, 4, 20],
    [10, 3, true, 3, 18],
    [10, 10, true, 1, 20],
    [10, 100, false, 1, 20],
    [1, 1, true, 1, 2],
  ])('cuts %i examples into batches of %i (drop the remainder: %s)', (n, batchSize, dropRemainder, steps, examples) => {
    const dataset = clientDataset({ x: rows(n), y: labels(n) }, { batchSize, dropRemainder, epochs: 2 });
    expect(dataset.stepsPerEpoch).toBe(steps);
    expect(Array.from(dataset.schedule.data as Int32Array)).toEqual([batchSize, steps, 2, 2 * steps, examples]);
    expect(dataset.schedule).toBe(dataset.schedule);
  });

  it('takes structures', () => {
    const dataset = clientDataset({ x: { image: rows(3), more: [labels(3), rows(3)] }, y: [labels(3)] });
    expect(dataset.size).toBe(3);
  });

  it('gives the same data in other batches', () => {
    const a = ten({ batchSize: 5, epochs: 3, shuffle: true, seed: 4 });
    const b = a.withOptions({ batchSize: 2, shuffle: false });
    expect([b.x, b.y]).toEqual([a.x, a.y]);
    expect([b.batchSize, b.epochs, b.shuffle, b.seed, b.dropRemainder]).toEqual([2, 3, false, 4, false]);
    expect([a.batchSize, a.shuffle]).toEqual([5, true]);
  });

  it('frees its tensors', () => {
    const before = binding().stats().tensors;
    {
      using dataset = ten();
      for (const t of [dataset.x, dataset.y, dataset.schedule] as ReturnType<typeof rows>[]) t.native;
      expect(binding().stats().tensors).toBe(before + 3);
    }
    expect(binding().stats().tensors).toBe(before);
  });

  it('refuses what are no tensors', () => {
    expect(wrong(null)).toThrow('`data` must be an object with options, received null');
    expect(wrong([rows(1), labels(1)])).toThrow(TypeError);
    expect(wrong({ x: rows(1) })).toThrow('`data` must be an object { x, y } of tensors, received an object with the keys x');
    expect(wrong({ x: rows(1), y: labels(1), z: 1 })).toThrow('`data` has no option `z`; it has `x`, `y`');
    expect(wrong({ x: [rows(1), 5], y: labels(1) })).toThrow('`x[1]` must be a tensor, received 5');
    expect(wrong({ x: { image: [] }, y: [] })).toThrow('`x` must be a tensor or a structure of tensors');
    expect(wrong({ x: new Float32Array(2), y: labels(1) })).toThrow('`x` must be a tensor, received a Float32Array');
    expect(wrong({ x: { image: null }, y: labels(1) })).toThrow('`x.image` must be a tensor, received null');
  });

  it('refuses tensors without examples, or with different numbers of them', () => {
    expect(wrong({ x: tensor(1), y: labels(1) })).toThrow(
      new ValueError('`x` must have a first axis of examples, received the scalar float32[]'),
    );
    expect(wrong({ x: rows(0), y: labels(0) })).toThrow(
      new ValueError('`x` must have at least one example, received float32[0, 2]: leave clients without data out of the round'),
    );
    expect(wrong({ x: rows(3), y: { a: labels(3), b: labels(2) } })).toThrow(
      new ValueError('`y.b` must have 3 examples as the tensors before, received int32[2]'),
    );
  });

  it('refuses other options', () => {
    const options = (o: unknown) => wrong({ x: rows(10), y: labels(10) }, o);
    expect(options({ batch: 5 })).toThrow('`options of clientDataset` has no option `batch`');
    expect(options({ batchSize: 0 })).toThrow(new ValueError('`batchSize` must be a finite number in [1, 2147483647], received 0'));
    expect(options({ batchSize: 2.5 })).toThrow(ValueError);
    expect(options({ batchSize: '5' })).toThrow(TypeError);
    expect(options({ epochs: 0 })).toThrow('`epochs` must be a finite number in [1, 1048576], received 0');
    expect(options({ shuffle: 1 })).toThrow('`shuffle` must be true or false, received 1');
    expect(options({ seed: 0.5 })).toThrow('`seed` must be a whole number, received 0.5');
    expect(options({ dropRemainder: 'yes' })).toThrow(TypeError);
    expect(options({ batchSize: 11, dropRemainder: true })).toThrow(
      new ValueError('`batchSize` must be at most the 10 examples where the remainder is dropped, received 11'),
    );
  });
});
