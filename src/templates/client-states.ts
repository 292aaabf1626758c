/** What clients keep between rounds: control variates, personal layers. */
import { checkState, specOf } from '../aggregators/aggregation-process.js';
import type { ReadyClient } from '../data/client-data.js';
import { ValueError } from '../errors.js';
import { Computation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import type { ModelWeights } from '../models/model-weights.js';
import type { Tensor } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import { isDictionary, mapTree, type Tree } from '../tree.js';
import { describe, mustBe } from '../validate.js';
import type { ClientWork } from './client-work.js';

/** What each client has kept, by its name: plain values, saved and loaded with the state that they are part of. */
export type ClientStates = Readonly<Record<string, Tree<Tensor>>>;

/** A client's name. @throws ValueError for one that has none */
export function nameOf({ id }: ReadyClient, position: number): string {
  if (id === undefined)
    throw new ValueError(
      `\`clients[${position}]\` must have a name, by which this algorithm knows each client: give \`id\` to clientDataset or remoteClient, or take clients of a clientData`,
    );
  return id;
}

/** Clients' states in one round. */
interface Round {
  readonly specs: Tree<TensorSpec>;
  /** Begins with the first client, which it does anew where some are left out. */
  readonly begin: () => void;
  /** What a client has kept, or begins with. @throws ValueError for a client without a name, one that comes twice, or one too many */
  readonly of: (client: ReadyClient, position: number) => Tree<Tensor>;
  /** All clients' states with those that the round's clients returned, in their order; nothing of clients that failed. */
  readonly next: (returned: readonly Tree<Tensor>[]) => ClientStates;
}

/** The states of a work's clients; a work whose clients keep nothing has no states, and its clients need no names. */
export class ClientStateStore {
  readonly #work: ClientWork;
  #fresh: Computation | undefined;
  #specs: Tree<TensorSpec> | undefined;

  constructor(work: ClientWork) {
    this.#work = work;
  }

  /** @throws TypeError, ValueError for what is no dictionary, or states of clients that keep nothing */
  check(states: unknown): void {
    if (!isDictionary(states)) throw mustBe('state.clients', 'a dictionary of clients', states);
    const [name] = Object.keys(states);
    if (this.#work.clientState === undefined && name !== undefined)
      throw new ValueError(
        `\`state\` must be a state of this process, received one of another algorithm: clients keep nothing here, and it holds ${describe(name)}`,
      );
  }

  async round({ globalModelWeights, clients }: { globalModelWeights: ModelWeights; clients: ClientStates }): Promise<Round> {
    const fresh = await this.#initial(globalModelWeights);
    if (fresh === undefined) return { specs: [], begin: () => {}, of: () => [], next: () => clients };
    this.#specs ??= mapTree(fresh, specOf);
    const specs = this.#specs;
    // In the order of the clients.
    const names = new Set<string>();
    const { numClients = Number.POSITIVE_INFINITY } = this.#work;
    let known = 0;
    const begin = (): void => {
      names.clear();
      known = Object.keys(clients).length;
    };
    const of = (client: ReadyClient, position: number): Tree<Tensor> => {
      const id = nameOf(client, position);
      if (names.has(id))
        throw new ValueError(`\`clients[${position}]\` must be another client than ${describe(id)}, which is in the round already`);
      names.add(id);
      if (!Object.hasOwn(clients, id)) {
        known += 1;
        if (known > numClients)
          throw new ValueError(
            `\`clients[${position}]\` must be one of the ${numClients} of \`numClients\`, received ${describe(id)} besides`,
          );
        return fresh;
      }
      const kept = clients[id] as Tree<Tensor>;
      checkState(specs, kept, 'model or algorithm');
      return kept;
    };
    const next = (returned: readonly Tree<Tensor>[]): ClientStates => {
      const own = [...names].map((id, i) => [id, returned[i]]).filter(([, kept]) => kept !== undefined);
      return { ...clients, ...Object.fromEntries(own) };
    };
    return { specs, begin, of, next };
  }

  weights({ globalModelWeights, clients }: { globalModelWeights: ModelWeights; clients: ClientStates }, id: string): ModelWeights {
    const { clientWeights } = this.#work;
    const kept = Object.hasOwn(clients, id) ? clients[id] : undefined;
    if (kept === undefined || clientWeights === undefined)
      throw new ValueError(`\`id\` must be a client that has kept weights of its own, received ${describe(id)}`);
    return clientWeights(globalModelWeights, kept);
  }

  dispose(): void {
    this.#fresh?.dispose();
  }

  async #initial(weights: ModelWeights): Promise<Tree<Tensor> | undefined> {
    const { clientState } = this.#work;
    if (clientState === undefined) return undefined;
    const { trainable, nonTrainable } = weights;
    this.#fresh ??= Computation.compile(mapTree<Tensor, TensorSpec>([trainable, nonTrainable], specOf), (inputs) => {
      const [t, n] = inputs as [Output[], Output[]];
      return clientState({ trainable: t, nonTrainable: n });
    });
    return this.#fresh.run([trainable, nonTrainable]);
  }
}
