import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';

const call = async (request: Uint8Array) => request;

describe('remoteClient', () => {
  it('has a name, or none, and a way to it', () => {
    const client = data.remoteClient({ id: 'a', call });
    expect(client).toBeInstanceOf(data.RemoteClient);
    expect([client.id, client.call]).toEqual(['a', call]);
    expect(data.remoteClient({ call }).id).toBeUndefined();
  });

  it('refuses other options', () => {
    const wrong = (options: unknown) => () => data.remoteClient(options as data.RemoteClientOptions);
    expect(wrong(null)).toThrow('`options of remoteClient` must be an object with options, received null');
    expect(wrong({ call, url: 'a' })).toThrow('has no option `url`');
    expect(wrong({})).toThrow('`call` must be a function, received undefined');
    expect(wrong({ call, id: 5 })).toThrow('`id` must be a string, received 5');
  });
});

describe('clientData', () => {
  it('gives a remote client the name by which it is asked for', async () => {
    const named = data.remoteClient({ id: 'b', call });
    const clients = data.clientData({ ids: ['a', 'b'], dataset: (id) => (id === 'b' ? named : data.remoteClient({ call })) });
    const a = await clients.load('a');
    expect(a).toBeInstanceOf(data.RemoteClient);
    expect([a.id, (a as data.RemoteClient).call, await clients.load('b')]).toEqual(['a', call, named]);
  });
});
