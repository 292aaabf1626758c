/** Clients and their data. */
export { type ArtificialClientsOptions, artificialClients } from './artificial-clients.js';
export { type Client, ClientData, type ClientDataOptions, clientData, type ReadyClient } from './client-data.js';
export { ClientDataset, type ClientDatasetOptions, type ClientTensors, clientDataset } from './client-dataset.js';
export { type CrossSiloSamplingOptions, crossSiloSampling } from './cross-silo-sampling.js';
export { type DirichletSamplingOptions, dirichletSampling } from './dirichlet-sampling.js';
export { minimizeReuseSampling } from './minimize-reuse-sampling.js';
export { type MixtureSamplingOptions, mixtureSampling } from './mixture-sampling.js';
export * as partition from './partition/index.js';
export { type RemoteCallOptions, RemoteClient, type RemoteClientOptions, remoteClient } from './remote-client.js';
export { type SqliteClientDataOptions, sqliteClientData } from './sqlite-client-data.js';
export type { ExampleFeatures } from './tf-example.js';
export { type UniformSampling, type UniformSamplingOptions, uniformSampling } from './uniform-sampling.js';
