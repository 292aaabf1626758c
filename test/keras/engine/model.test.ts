import { describe, expect, it } from 'vitest';
import { DisposedError, keras, type Tensor, TensorFlowError, tensor } from '../../../src/index.js';

const { input, layers, model, sequential } = keras;
const linear = (units: number, name: string) => layers.dense({ units, name, kernelInitializer: 'ones', biasInitializer: 'ones' });
const simple = () => sequential([input({ shape: [2] }), linear(1, 'head')]);
const values = (t: unknown) => Array.from((t as Tensor<'float32'>).data);

describe('predict', () => {
  it('takes any number of rows, and arrays', async () => {
    const m = simple();
    expect(
      values(
        await m.predict(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([4, 8]);
    expect(values(await m.predict([[5, 6]] as never))).toEqual([12]);
    expect(((await m.predict(tensor(new Float32Array(0), [0, 2]))) as Tensor).shape).toEqual([0, 1]);
  });

  it('takes and gives structures', async () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [1], name: 'b' })];
    const head = linear(1, 'head').apply(a);
    const m = model({ inputs: { a, b }, outputs: { sum: layers.add().apply([head, b]), head } });
    const out = (await m.predict({ a: tensor([[1, 2]]), b: tensor([[10]]) })) as Record<string, Tensor>;
    expect([values(out.sum), values(out.head)]).toEqual([[14], [4]]);
    await expect(m.predict({ a: tensor([[1, 2]]) })).rejects.toThrow(/`inputs` must have `b`/);
    await expect(m.predict({ a: tensor([[1, 2]]), b: tensor([[1, 2]]) })).rejects.toThrow(
      '`inputs.b` must be of shape [null, 1], received float32[1, 2]',
    );
  });

  it('follows the weights', async () => {
    const m = simple();
    await m.predict(tensor([[1, 2]]));
    for (const weight of m.trainableWeights) weight.value = tensor(new Float32Array(weight.value.size), [...weight.shape]) as never;
    expect(values(await m.predict(tensor([[1, 2]])))).toEqual([0]);
  });

  it('refuses what does not fit, and goes on', async () => {
    const m = simple();
    const bad: [unknown, RegExp][] = [
      [tensor([[1, 2, 3]]), /`inputs` must be of shape \[null, 2\], received float32\[1, 3\]/],
      [tensor([1, 2]), /`inputs` must be of shape \[null, 2\], received float32\[2\]/],
      [tensor([[1, 2]], undefined, 'float64'), /`inputs` must be float32, received float64\[1, 2\]/],
      ['text', /`inputs` must be a tensor float32\[null, 2\], received "text"/],
      [undefined, /`inputs` must be a tensor float32\[null, 2\], received undefined/],
    ];
    for (const [inputs, message] of bad) await expect(m.predict(inputs as Tensor)).rejects.toThrow(message);
    const gone = tensor([[1, 2]]);
    gone.dispose();
    await expect(m.predict(gone)).rejects.toBeInstanceOf(DisposedError);
    expect(values(await m.predict(tensor([[1, 2]])))).toEqual([4]);
  });

  it('reports what TensorFlow refuses, and goes on', async () => {
    const m = sequential([input({ shape: [1], dtype: 'int32' }), layers.embedding({ inputDim: 3, outputDim: 1 })]);
    const outside = m.predict(tensor([[7]], undefined, 'int32'));
    await expect(outside).rejects.toBeInstanceOf(TensorFlowError);
    await expect(outside).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('= 7 is not in [0, 3)') });
    expect(((await m.predict(tensor([[2]], undefined, 'int32'))) as Tensor).shape).toEqual([1, 1, 1]);
  });
});

describe('a layer of one input', () => {
  it.each([
    [() => ({ a: input({ shape: [2] }) }), 'an object with the keys a'],
    [() => [input({ shape: [2] })], 'an array of 1'],
  ])('refuses structures', (inputs, what) => {
    const layer = layers.dense({ units: 1, name: 'one' });
    expect(() => layer.apply(inputs() as never)).toThrow(`layer \`one\` takes one input, received ${what}`);
    expect(layer.built).toBe(false);
  });
});

describe('layers and weights', () => {
  it('are found by name and by place', () => {
    const m = simple();
    expect(m.getLayer('head')).toBe(m.getLayer(0));
    expect(m.getLayer(-1).name).toBe('head');
    expect(() => m.getLayer('tail')).toThrow(/has no layer "tail"; it has .*head/);
    expect(m.countParams()).toBe(3);
  });

  it('are not trained where they are frozen', () => {
    const m = sequential([input({ shape: [2] }), linear(2, 'a'), layers.batchNormalization({ name: 'norm' }), linear(1, 'b')]);
    expect([m.trainableWeights.length, m.nonTrainableWeights.length]).toEqual([6, 2]);
    m.getLayer('a').trainable = false;
    expect([m.trainableWeights.length, m.nonTrainableWeights.length]).toEqual([4, 4]);
  });

  it('are compiled only by compile, which checks names', () => {
    const m = simple();
    expect(m.compiled).toBe(false);
    expect(() => m.compile({ optimiser: 'sgd' } as never)).toThrow('has no option `optimiser`');
    m.compile({ optimizer: 'sgd' });
    expect(m.compiled).toBe(true);
  });
});
