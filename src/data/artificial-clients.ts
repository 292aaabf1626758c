/** Clients that are made of one data set (`ArtificialFederatedDataset` of pfl-research). */
import { checkFunction, checkInteger, checkOptions } from '../validate.js';
import { type ClientData, clientData, type ReadyClient } from './client-data.js';
import { checkedSample } from './sample.js';
import type { UniformSampling } from './uniform-sampling.js';

export interface ArtificialClientsOptions<C extends ReadyClient = ReadyClient> {
  /** Number of clients, at least 1. They are named `'0'`, `'1'` and so on. */
  readonly clients: number;
  /** How many examples a client has, at least 1: a number, or a function of the client's number alone. */
  readonly size: number | ((client: number) => number);
  /**
   * Draws so many examples for a client: their numbers. A function of the client's number and the size alone, such as `data.dirichletSampling`
   * and `data.uniformSampling` with a seed.
   */
  readonly sampling: UniformSampling<number>;
  /** Makes a client's data of the examples with these numbers. */
  readonly dataset: (examples: readonly number[], id: string) => C | Promise<C>;
}

/**
 * A lazily loaded collection of clients whose examples are drawn from one data set: `artificialClients({ clients: 1000, size: 20, sampling, dataset })`.
 * A client is drawn when it is loaded, and is the same each time; unlike those of `data.partition` two can have the same example.
 *
 * @throws TypeError, ValueError for an option of the wrong kind or out of range; `load` throws them for what `size` and `sampling` return.
 */
export function artificialClients<C extends ReadyClient>(options: ArtificialClientsOptions<C>): ClientData<C> {
  checkOptions('options of artificialClients', options, ['clients', 'size', 'sampling', 'dataset']);
  const { size, sampling, dataset } = options;
  const clients = checkInteger('clients', options.clients, { min: 1 });
  if (typeof size !== 'function') checkInteger('size', size, { min: 1 });
  checkFunction('sampling', sampling);
  checkFunction('dataset', dataset);
  return clientData({
    ids: Array.from({ length: clients }, (_, client) => `${client}`),
    dataset: (id) => {
      const client = Number(id);
      const own = typeof size === 'function' ? checkInteger(`size(${id})`, size(client), { min: 1 }) : size;
      const name = `sampling(${id}, ${own})`;
      const isExample = (place: string, example: unknown): number => checkInteger(place, example, { min: 0 });
      return dataset(checkedSample(name, sampling(client, own), own, 'numbers of examples', isExample), id);
    },
  });
}
