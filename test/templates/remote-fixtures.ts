/** Remote clients in this process: what they are called for goes to an endpoint as it is. */
import { data, type LearningProcess, programs } from '../../src/index.js';

/** A way to what another process of the same kind makes of a client's data. */
export const through = (elsewhere: LearningProcess, client: data.ClientDataset): data.RemoteClientOptions['call'] =>
  programs.clientEndpoint(elsewhere, client);

/** A remote client in place of a local one. */
export const remote = (elsewhere: LearningProcess, client: data.ClientDataset): data.RemoteClient =>
  data.remoteClient({ ...(client.id === undefined ? {} : { id: client.id }), call: through(elsewhere, client) });
