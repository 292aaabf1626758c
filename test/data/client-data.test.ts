import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { data, tensor } from '../../src/index.js';

const dataset = () => data.clientDataset({ x: tensor([[1]]), y: tensor([1]) });

/** Clients, and the list of those that were loaded. */
function clients(ids = ['a', 'b', 'c'], load: (id: string) => unknown = dataset) {
  const loaded: string[] = [];
  const collection = data.clientData({
    ids,
    dataset: (id) => {
      loaded.push(id);
      return load(id) as data.ClientDataset;
    },
  });
  return { collection, loaded };
}

describe('clientData', () => {
  it('knows its clients without loading any', () => {
    const { collection, loaded } = clients();
    expect([collection.size, collection.ids, loaded]).toEqual([3, ['a', 'b', 'c'], []]);
    expect(Object.isFrozen(collection.ids)).toBe(true);
  });

  it('loads one when it is asked, and keeps none', async () => {
    const { collection, loaded } = clients();
    const b = await collection.load('b');
    expect(b).toBeInstanceOf(data.ClientDataset);
    expect(await collection.load('b')).not.toBe(b);
    expect(loaded).toEqual(['b', 'b']);
  });

  it('loads those of a round one by one, when their turn comes', async () => {
    const { collection, loaded } = clients(undefined, async () => dataset());
    const selected = collection.select(['c', 'a', 'c']);
    expect([selected.length, loaded]).toEqual([3, []]);
    expect(await selected[0]?.()).toBeInstanceOf(data.ClientDataset);
    expect(loaded).toEqual(['c']);
  });

  it('may be empty', () => expect(clients([]).collection.size).toBe(0));

  it('does not change with the list of ids', async () => {
    const ids = ['a'];
    const { collection } = clients(ids);
    ids.push('b');
    expect(collection.ids).toEqual(['a']);
    await expect(collection.load('b')).rejects.toThrow(ValueError);
  });

  it('refuses clients that it does not have', async () => {
    const { collection, loaded } = clients();
    await expect(collection.load('d')).rejects.toThrow(new ValueError('`id` must be one of the 3 clients, received "d"'));
    expect(() => collection.select(['a', 'd'])).toThrow(new ValueError('`ids` must be names of clients, received "d"'));
    expect(loaded).toEqual([]);
  });

  it('refuses something else than a data set, and passes errors on', async () => {
    await expect(clients(undefined, () => 5).collection.load('a')).rejects.toThrow(
      '`what `dataset` returns for "a"` must be a clientDataset or a remoteClient, received 5',
    );
    const broken = clients(undefined, () => {
      throw new Error('no disk');
    });
    await expect(broken.collection.load('a')).rejects.toThrow('no disk');
  });

  it('refuses other options', () => {
    const wrong = (options: unknown) => () => data.clientData(options as data.ClientDataOptions);
    expect(wrong({ ids: 'abc', dataset })).toThrow('`ids` must be a list of strings, received "abc"');
    expect(wrong({ ids: [1], dataset })).toThrow('`ids` must be a list of strings, received [1]');
    expect(wrong({ ids: ['a', 'a'], dataset })).toThrow(new ValueError('`ids` must be unique'));
    expect(wrong({ ids: [] })).toThrow('`dataset` must be a function, received undefined');
    expect(wrong({ ids: [], dataset, size: 1 })).toThrow('has no option `size`');
  });
});
