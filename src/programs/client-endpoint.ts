/** The client's side of a round: what a remote client's transport takes requests to. */
import { freshEntropy } from '../aggregators/randomness.js';
import { ClientDataset } from '../data/client-dataset.js';
import { arrayClass, type NumericDType } from '../dtype.js';
import { RemoteClientError } from '../errors.js';
import { datasetTensors } from '../templates/batches.js';
import { LearningProcess } from '../templates/learning-process.js';
import { type Question, readRequest, topicOf, writeAnswer, writeRefusal } from '../templates/remote-messages.js';
import type { Protocol } from '../templates/remote-protocol.js';
import type { Pass } from '../templates/round-program.js';
import { checkData, clientSeed, dataSpecs } from '../templates/run-clients.js';
import { sizeOf, type Tensor, tensor } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten } from '../tree.js';
import { checkFunction, checkOptions, mustBe } from '../validate.js';

export interface ClientEndpointOptions {
  /** Told what a request was refused for, or failed with. The server is told little of it: that may be about the data. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Makes of a client's data what answers a server's requests: `clientEndpoint(process, dataset)`. A round is computed as a local client's is,
 * and nothing but its results is in the answer.
 *
 * @param process Built as the server's, of the same model with the same options; its weights do not matter. It does not change.
 * @param client The data, or a function that loads them for each request. Batches, epochs and shuffling are what they say.
 * @returns A function from a request's bytes to an answer's. What is wrong with a request or the data is answered, too; only something that is
 *   no `Uint8Array` is a TypeError.
 * @throws TypeError for something else than a process, data or an option
 */
export function clientEndpoint(
  process: LearningProcess,
  client: ClientDataset | (() => ClientDataset | Promise<ClientDataset>),
  options: ClientEndpointOptions = {},
): (request: Uint8Array) => Promise<Uint8Array> {
  if (!(process instanceof LearningProcess)) throw mustBe('process', 'a learning process', process);
  if (!(client instanceof ClientDataset) && typeof client !== 'function')
    throw mustBe('client', 'a clientDataset, or a function that returns one', client);
  checkOptions('options of clientEndpoint', options, ['onError']);
  const { onError } = options;
  if (onError !== undefined) checkFunction('onError', onError);
  const specs = dataSpecs(process.inputSpec);
  const passes = new Map<boolean, Promise<readonly Pass[]>>();

  const answer = async (request: Uint8Array): Promise<Uint8Array> => {
    const dataset: unknown = typeof client === 'function' ? await client() : client;
    if (!(dataset instanceof ClientDataset)) throw mustBe('what `client` returns', 'a clientDataset', dataset);
    const { shuffle } = dataset;
    const known = passes.get(shuffle) ?? process.passes(shuffle);
    passes.set(shuffle, known);
    const protocols = (await known).map((pass) => pass.protocol());
    const question = readRequest(request, protocols);
    const topic = topicOf(request);
    checkData('client', specs, dataset);
    const tensors = await compute((await known)[question.pass] as Pass, protocols[question.pass] as Protocol, question, dataset);
    return writeAnswer(topic, tensors);
  };
  return async (request) => {
    if (!(request instanceof Uint8Array)) throw mustBe('request', 'a Uint8Array', request);
    try {
      return await answer(request);
    } catch (error) {
      onError?.(error);
      return writeRefusal(error instanceof RemoteClientError ? error.message : `it failed: ${kindOf(error)}`);
    }
  };
}

async function compute(
  { clients, reductions }: Pass,
  { shared, sent, entropy }: Protocol,
  question: Question,
  dataset: ClientDataset,
): Promise<Tensor[]> {
  const { seed, round, number } = question;
  const received = new Map(sent.map((place, i) => [place, question.sent[i] as Tensor]));
  const inputs = shared.map((spec, place) => (place === entropy ? freshEntropy() : (received.get(place) ?? zeros(spec))));
  const item = [datasetTensors(dataset, clientSeed(seed, round, number, dataset.seed)), question.own];
  const accumulator = clients.accumulator(reductions);
  try {
    const [returned] = await clients.runMany(inputs, [item], accumulator, 0, null);
    return [...flatten<Tensor>(accumulator.take(1)), ...flatten<Tensor>(returned ?? [])];
  } finally {
    accumulator.dispose();
  }
}

/** Something for an input that is not used. */
const zeros = ({ shape, dtype }: TensorSpec): Tensor => {
  const sizes = shape as readonly number[];
  return tensor(new (arrayClass(dtype as NumericDType))(sizeOf(sizes)), sizes, dtype);
};

/** What may be said of an error: its message may be about the data. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no error';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? `${error.name} (${code})` : error.name;
}
