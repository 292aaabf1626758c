/** Collections of clients, each loaded when its turn comes. */
import { ValueError } from '../errors.js';
import { checkFunction, checkOptions, describe, mustBe } from '../validate.js';
import { ClientDataset } from './client-dataset.js';
import { RemoteClient } from './remote-client.js';

/** A client at hand: its data, or the way to it. */
export type ReadyClient = ClientDataset | RemoteClient;
/** A client of a round, or a function that loads it. */
export type Client = ReadyClient | (() => ReadyClient | Promise<ReadyClient>);

export interface ClientDataOptions<C extends ReadyClient = ReadyClient> {
  /** All clients' names, each once. */
  readonly ids: readonly string[];
  /** Loads one client's data, or gives a `remoteClient` that has them. */
  readonly dataset: (id: string) => C | Promise<C>;
}

/** Clients by name. Nothing is kept: `dataset` decides what stays in memory. */
export class ClientData<C extends ReadyClient = ReadyClient> {
  readonly ids: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #dataset: ClientDataOptions<C>['dataset'];

  /** @internal */
  constructor({ ids, dataset }: ClientDataOptions<C>) {
    this.ids = Object.freeze([...ids]);
    this.#known = new Set(ids);
    this.#dataset = dataset;
  }

  get size(): number {
    return this.ids.length;
  }

  /** Loads one client, under its name. @throws ValueError for an unknown id, TypeError where `dataset` returned something else. */
  async load(id: string): Promise<C> {
    if (!this.#known.has(id)) throw new ValueError(`\`id\` must be one of the ${this.size} clients, received ${describe(id)}`);
    const client: ReadyClient = await this.#dataset(id);
    if (client instanceof RemoteClient) return (client.id === id ? client : client.named(id)) as C;
    if (!(client instanceof ClientDataset))
      throw mustBe(`what \`dataset\` returns for ${describe(id)}`, 'a clientDataset or a remoteClient', client);
    return (client.id === id ? client : client.withOptions({ id })) as C;
  }

  /** The clients of a round, loaded when they are needed. */
  select(ids: readonly string[]): (() => Promise<C>)[] {
    for (const id of ids) if (!this.#known.has(id)) throw new ValueError(`\`ids\` must be names of clients, received ${describe(id)}`);
    return ids.map((id) => () => this.load(id));
  }
}

/** A lazily loaded collection of clients. @throws TypeError, ValueError for names that are not unique. */
export function clientData<C extends ReadyClient>(options: ClientDataOptions<C>): ClientData<C> {
  checkOptions('options of clientData', options, ['ids', 'dataset']);
  if (!Array.isArray(options.ids) || options.ids.some((id: unknown) => typeof id !== 'string'))
    throw mustBe('ids', 'a list of strings', options.ids);
  checkFunction('dataset', options.dataset);
  if (new Set(options.ids).size !== options.ids.length) throw new ValueError('`ids` must be unique');
  return new ClientData(options);
}
