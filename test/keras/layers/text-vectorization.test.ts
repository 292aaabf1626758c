import { describe, expect, it } from 'vitest';
import { keras, type Tensor, tensor } from '../../../src/index.js';
import { testCases } from './keras-cases.js';

describe('textVectorization', () => {
  testCases('TextVectorization');

  it('gives as many words as the longest text of a batch has', async () => {
    const texts = keras.input({ shape: [], dtype: 'string' });
    const words = keras.layers.textVectorization({ vocabulary: ['a', 'b'] }).apply(texts);
    expect(words.shape).toEqual([null, null]);
    const model = keras.model({ inputs: texts, outputs: words });
    const run = async (...batch: string[]) => {
      const { shape, data } = (await model.predict(tensor(batch))) as Tensor;
      return [shape, Array.from(data as BigInt64Array, Number)];
    };
    expect(await run('a b c', 'b')).toEqual([
      [2, 3],
      [2, 3, 1, 3, 0, 0],
    ]);
    expect(await run('', 'b')).toEqual([
      [2, 1],
      [0, 3],
    ]);
  });

  it('is a part of models', async () => {
    const texts = keras.input({ shape: [1], dtype: 'string' });
    const words = keras.layers.textVectorization({ vocabulary: ['good', 'bad'], outputMode: 'count' }).apply(texts);
    const model = keras.model({ inputs: texts, outputs: keras.layers.dense({ units: 1, kernelInitializer: 'ones' }).apply(words) });
    const out = (await model.predict(tensor([['Good, good. Bad!'], ['so-so']]))) as Tensor;
    expect(Array.from(out.data as Float32Array)).toEqual([3, 1]);
  });

  it.each([
    [{ vocabulary: ['a'], outputMode: 'count', outputSequenceLength: 3 }, /must have the outputMode int for `outputSequenceLength`/],
    [{ vocabulary: ['a'], split: null, ngrams: 2 }, /needs `split` for `ngrams`/],
    [{ vocabulary: ['a'], standardize: 'upper' }, /standardize of TextVectorization/],
    [{ vocabulary: ['a'], ngrams: 0 }, /ngrams of TextVectorization/],
    [{ vocabulary: ['a'], ngrams: 1e9 }, /ngrams of TextVectorization.* in \[1, 1024\]/],
  ])('refuses %j', (options, message) => expect(() => keras.layers.textVectorization(options as never)).toThrow(message));

  it('refuses what is no text', () => {
    const layer = (options: object = {}) => keras.layers.textVectorization({ vocabulary: ['a'], ...options });
    expect(() => layer().apply(keras.input({ shape: [1] }))).toThrow(/needs an input of strings/);
    expect(() => layer().apply(keras.input({ shape: [2], dtype: 'string' }))).toThrow(/needs texts \[batch\] or \[batch, 1\] to split/);
    expect(() => keras.layers.textVectorization().apply(keras.input({ shape: [1], dtype: 'string' }))).toThrow(/has no `vocabulary`/);
  });
});
