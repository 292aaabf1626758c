/** Calls to the remote clients of a round. */
import type { RemoteClient } from '../data/remote-client.js';
import { RemoteClientError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { maxAnswerBytes, messageBytes, type Place, readAnswer, topicOf, writeRequest, writeTensors } from './remote-messages.js';
import type { Protocol } from './remote-protocol.js';
import { within } from './within.js';

// What is under way takes memory on this side, its request and its answer, and a connection.
const MEMORY = 1 << 28;
const FEWEST = 8;
const MOST = 256;

/** What a remote client has given. */
export interface RemoteResult {
  readonly combined: readonly Tensor[];
  readonly returned: Tree<Tensor>;
}

/** The calls of one pass. What is the same for all clients is made into bytes once. */
export class RemoteCalls {
  /** How many may be under way. */
  readonly limit: number;
  readonly #protocol: Protocol;
  readonly #shared: Uint8Array;
  readonly #maxBytes: number;

  /** @param shared What all clients get, in the order of the computation's inputs. */
  constructor(protocol: Protocol, shared: readonly Tensor[]) {
    this.#protocol = protocol;
    this.#shared = writeTensors(protocol.sent.map((i) => shared[i] as Tensor));
    this.#maxBytes = maxAnswerBytes(protocol);
    this.limit = Math.min(MOST, Math.max(FEWEST, Math.floor(MEMORY / messageBytes(protocol))));
  }

  /**
   * Calls a client.
   *
   * @param name Of the client, for messages.
   * @param limits When nobody waits any more.
   * @throws What `call` throws; RemoteClientError for what is no answer, ClientTimeoutError for a late one, the signal's reason
   */
  async call(
    client: RemoteClient,
    place: Place,
    own: Tree<Tensor>,
    name: string,
    limits: { readonly signal: AbortSignal; readonly milliseconds: number | undefined },
  ): Promise<RemoteResult> {
    const request = writeRequest(this.#protocol, place, this.#shared, flatten(own));
    const topic = topicOf(request);
    const unwanted = new AbortController();
    try {
      const calling = (async (): Promise<unknown> => client.call(request, { signal: unwanted.signal, maxBytes: this.#maxBytes }))();
      const tensors = readAnswer(await within(calling, limits, name, 'its answer'), topic, this.#protocol);
      const { combined, returned } = this.#protocol;
      return { combined: tensors.slice(0, combined.length), returned: unflatten(returned, tensors.slice(combined.length)) };
    } catch (error) {
      unwanted.abort(error);
      throw error instanceof RemoteClientError ? new RemoteClientError(`${name}: ${error.message}`, { cause: error.cause }) : error;
    }
  }
}
