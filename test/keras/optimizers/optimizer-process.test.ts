import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { adam, sgdm } from '../../../src/optimizers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

const scalar = (value: number): Tensor => tensor([value]) as Tensor;
const process = adam({ learningRate: 0.1 }).create([tensorSpec([1])]);

describe('a state', () => {
  it('is hyper-parameters and slots by name', async () => {
    const state = await process.initialize();
    expect(Object.keys(state).sort()).toEqual(['accumulator', 'beta1', 'beta2', 'epsilon', 'learningRate', 'preconditioner', 'step']);
    expect((state.step as Tensor).data[0]).toBe(0);
  });

  it('of another optimizer or of other weights is refused', async () => {
    const next = (state: unknown): Promise<unknown> => process.next(state as never, [scalar(1)], [scalar(1)]);
    await expect(next(null)).rejects.toThrow(TypeError);
    await expect(
      next(
        await sgdm()
          .create([tensorSpec([1])])
          .initialize(),
      ),
    ).rejects.toThrow(/`state` must be of this optimizer/);
    const other = adam({ learningRate: 0.1 });
    await expect(next(await other.create([tensorSpec([2])]).initialize())).rejects.toThrow(/`state.accumulator\[0\]`/);
    await expect(next(await other.create([tensorSpec([1]), tensorSpec([1])]).initialize())).rejects.toThrow(ValueError);
    await expect(next({ ...(await process.initialize()), step: scalar(1) })).rejects.toThrow(/`state.step`/);
  });
});

it('refuses weights and gradients that are no lists of tensors', async () => {
  const state = await process.initialize();
  await expect(process.next(state, scalar(1) as never, [scalar(1)])).rejects.toThrow(TypeError);
  await expect(process.next(state, [scalar(1)], null as never)).rejects.toThrow(TypeError);
  await expect(process.next(state, [null as never], [scalar(1)])).rejects.toThrow(/weights\[0\]/);
  await expect(process.next(state, [scalar(1)], [tensor([1], [1], 'float64') as Tensor])).rejects.toThrow(/gradients\[0\]/);
});

it('keeps every hyper-parameter but those that are set', async () => {
  const state = await process.initialize();
  expect(process.setHparams(state, {})).toEqual(state);
  for (const bad of [{ beta3: 1 }, { beta1: '0.9' as never }]) expect(() => process.setHparams(state, bad)).toThrow(TypeError);
  expect(() => process.setHparams(state, { beta1: Number.NaN })).toThrow(ValueError);
});

it('can be used after it was disposed', async () => {
  const own = sgdm({ learningRate: 1 }).create([tensorSpec([1])]);
  for (let i = 0; i < 2; i++) {
    const { weights } = await own.next(await own.initialize(), [scalar(3)], [scalar(1)]);
    expect(weights[0]?.data[0]).toBe(2);
    own.dispose();
    own.dispose();
  }
});
