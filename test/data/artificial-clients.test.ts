import { expect, it } from 'vitest';
import { data, tensor } from '../../src/index.js';

/** A client that has the numbers of its examples. */
const dataset = (examples: readonly number[]) => data.clientDataset({ x: tensor([...examples]), y: tensor([...examples]) });
const examplesOf = async (clients: data.ClientData<data.ClientDataset>, id: string) => [
  ...((await clients.load(id)).x as ReturnType<typeof tensor>).data,
];
const numbers = Array.from({ length: 10 }, (_, i) => i);

it('are drawn when they are loaded, the same each time, under their names', async () => {
  const calls: unknown[] = [];
  const clients = data.artificialClients({
    clients: 1000,
    size: (client) => 2 + (client % 3),
    sampling: (client, size) => {
      calls.push([client, size]);
      return data.minimizeReuseSampling(numbers)(client, size);
    },
    dataset: (examples, id) => {
      calls.push(id);
      return dataset(examples);
    },
  });
  expect([clients.size, clients.ids[0], clients.ids.at(-1), calls.length]).toEqual([1000, '0', '999', 0]);
  expect(await examplesOf(clients, '4')).toEqual([2, 3, 4]);
  expect(calls).toEqual([[4, 3], '4']);
  expect((await clients.load('4')).id).toBe('4');
  expect(await examplesOf(clients, '4')).toEqual([2, 3, 4]);
});

it('have the examples of any sampler', async () => {
  const sampling = data.uniformSampling(numbers, { replace: true, seed: 2 });
  const clients = data.artificialClients({ clients: 3, size: 20, sampling, dataset });
  expect(await examplesOf(clients, '2')).toEqual(sampling(2, 20));
  expect(await examplesOf(clients, '1')).not.toEqual(sampling(2, 20));
});

it('cannot have sizes and examples that are none', async () => {
  const load = (options: object) =>
    data.artificialClients({ clients: 2, size: 2, sampling: () => [0, 1], dataset, ...options } as never).load('1');
  await expect(load({ size: () => 0 })).rejects.toThrow('`size(1)` must be a finite number of at least 1, received 0');
  await expect(load({ size: async () => 2 })).rejects.toThrow('`size(1)` must be a whole number');
  await expect(load({ sampling: () => 3 })).rejects.toThrow('`sampling(1, 2)` must be a list of numbers of examples, received 3');
  await expect(load({ sampling: () => [0] })).rejects.toThrow('`sampling(1, 2)` must be 2 numbers of examples');
  await expect(load({ sampling: () => [0, -1] })).rejects.toThrow('`sampling(1, 2)[1]` must be a finite number');
  await expect(load({ sampling: () => new Array(2) })).rejects.toThrow('`sampling(1, 2)[0]` must be a whole number');
  await expect(load({ dataset: () => 1 })).rejects.toThrow('what `dataset` returns for "1"');
  await expect(load({})).resolves.toBeInstanceOf(data.ClientDataset);
});

it('refuse other arguments', () => {
  const make = (options: object) => () =>
    data.artificialClients({ clients: 2, size: 2, sampling: () => [0, 1], dataset, ...options } as never);
  expect(make({ clients: 0 })).toThrow('`clients` must be');
  expect(make({ size: 0 })).toThrow('`size` must be');
  expect(make({ size: '2' })).toThrow('`size` must be');
  expect(make({ sampling: [0, 1] })).toThrow('`sampling` must be a function');
  expect(make({ dataset: undefined })).toThrow('`dataset` must be a function');
  expect(make({ seed: 1 })).toThrow('`options of artificialClients` has no option `seed`');
});
