/** Clients whose data are elsewhere: in another process, or on another machine. */
import { checkFunction, checkOptions, checkString } from '../validate.js';

export interface RemoteClientOptions {
  /** The client's name, for algorithms that keep something for each client; none by default. Clients of a `clientData` have theirs. */
  readonly id?: string;
  /**
   * Takes a request to the client's endpoint (`programs.clientEndpoint`), by whatever transport, and brings back what it answers. Who the
   * client is, and that nobody reads or changes messages, is the transport's business.
   */
  readonly call: (request: Uint8Array, options: RemoteCallOptions) => Promise<Uint8Array>;
}

/** What a transport may go by. */
export interface RemoteCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The longest that an answer can be, in bytes: more need not be received. */
  readonly maxBytes: number;
}

/** A client that is called. Made by {@link remoteClient}. */
export class RemoteClient {
  /** The client's name, where it has one. */
  readonly id: string | undefined;
  readonly call: RemoteClientOptions['call'];

  /** @internal */
  constructor({ id, call }: RemoteClientOptions) {
    this.id = id;
    this.call = call;
  }

  /** The same client under a name. @internal */
  named(id: string): RemoteClient {
    return new RemoteClient({ id, call: this.call });
  }
}

/**
 * Describes a client whose data are elsewhere: `remoteClient({ id: 'hospital 3', call })`. It may be in a round wherever a `clientDataset` may,
 * beside such.
 *
 * @throws TypeError for an unknown option, or one of the wrong kind
 */
export function remoteClient(options: RemoteClientOptions): RemoteClient {
  checkOptions('options of remoteClient', options, ['id', 'call']);
  if (options.id !== undefined) checkString('id', options.id);
  checkFunction('call', options.call);
  return new RemoteClient(options);
}
