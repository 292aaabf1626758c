/** Collections of clients, each loaded when its turn comes. */
import { ValueError } from '../errors.js';
import { checkFunction, checkOptions, describe, mustBe } from '../validate.js';
import { ClientDataset } from './client-dataset.js';

/** A client of a round: its data, or a function that loads it. */
export type Client = ClientDataset | (() => ClientDataset | Promise<ClientDataset>);

export interface ClientDataOptions {
  /** All clients' names, each once. */
  readonly ids: readonly string[];
  /** Loads one client's data. */
  readonly dataset: (id: string) => ClientDataset | Promise<ClientDataset>;
}

/** Clients by name. Nothing is kept: `dataset` decides what stays in memory. */
export class ClientData {
  readonly ids: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #dataset: ClientDataOptions['dataset'];

  /** @internal */
  constructor({ ids, dataset }: ClientDataOptions) {
    this.ids = Object.freeze([...ids]);
    this.#known = new Set(ids);
    this.#dataset = dataset;
  }

  get size(): number {
    return this.ids.length;
  }

  /** Loads one client, under its name. @throws ValueError for an unknown id, TypeError where `dataset` returned something else. */
  async load(id: string): Promise<ClientDataset> {
    if (!this.#known.has(id)) throw new ValueError(`\`id\` must be one of the ${this.size} clients, received ${describe(id)}`);
    const dataset = await this.#dataset(id);
    if (!(dataset instanceof ClientDataset)) throw mustBe(`what \`dataset\` returns for ${describe(id)}`, 'a clientDataset', dataset);
    return dataset.id === id ? dataset : dataset.withOptions({ id });
  }

  /** The clients of a round, loaded when they are needed. */
  select(ids: readonly string[]): (() => Promise<ClientDataset>)[] {
    for (const id of ids) if (!this.#known.has(id)) throw new ValueError(`\`ids\` must be names of clients, received ${describe(id)}`);
    return ids.map((id) => () => this.load(id));
  }
}

/** A lazily loaded collection of clients. @throws TypeError, ValueError for names that are not unique. */
export function clientData(options: ClientDataOptions): ClientData {
  checkOptions('options of clientData', options, ['ids', 'dataset']);
  if (!Array.isArray(options.ids) || options.ids.some((id: unknown) => typeof id !== 'string'))
    throw mustBe('ids', 'a list of strings', options.ids);
  checkFunction('dataset', options.dataset);
  if (new Set(options.ids).size !== options.ids.length) throw new ValueError('`ids` must be unique');
  return new ClientData(options);
}
