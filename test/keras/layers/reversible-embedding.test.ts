import { describe, expect, it } from 'vitest';
import { keras, type Tensor, tensor } from '../../../src/index.js';
import { testCases } from './keras-cases.js';

const embeddings = [
  [1, 2],
  [3, -1],
  [0, 0.5],
];

describe('reversibleEmbedding', () => {
  testCases('ReversibleEmbedding');

  /** There and back: the products of the vectors with each other. */
  async function run(options: object, weights: readonly Tensor[]): Promise<number[]> {
    const layer = keras.layers.reversibleEmbedding({ inputDim: 3, outputDim: 2, ...options });
    const ids = keras.input({ shape: [2], dtype: 'int32' });
    const model = keras.model({ inputs: ids, outputs: layer.apply(layer.apply(ids), { reverse: true }) });
    model.setWeights(weights);
    const out = (await model.predict(tensor([[0, 1]], undefined, 'int32'))) as Tensor;
    expect(out.shape).toEqual([1, 2, 3]);
    return Array.from(out.data as Float32Array);
  }

  it('goes back by the same vectors', async () => {
    expect(await run({}, [tensor(embeddings)])).toEqual([5, 1, 1, 1, 10, -0.5]);
  });

  it('caps what comes out, softly', async () => {
    const expected = [5, 1, 1, 1, 10, -0.5].map((v) => 2 * Math.tanh(v / 2));
    (await run({ logitSoftCap: 2 }, [tensor(embeddings)])).forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 5));
  });

  it('goes back by a kernel of its own, in another element type', async () => {
    const back = tensor([
      [1, 0, 2],
      [0, 1, 0],
    ]);
    expect(await run({ tieWeights: false, reverseDtype: 'float64' }, [tensor(embeddings), back])).toEqual([1, 2, 2, 3, -1, 6]);
  });

  it('refuses what is no element type', () => {
    expect(() => keras.layers.reversibleEmbedding({ inputDim: 1, outputDim: 1, reverseDtype: 'half' as never })).toThrow(/reverseDtype/);
  });
});
