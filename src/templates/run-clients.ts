/** Running a cohort: loads clients as their turn comes, keeps the native pool busy, and bounds what waits. */
import type { Client } from '../data/client-data.js';
import { ClientDataset } from '../data/client-dataset.js';
import { typeError } from '../errors.js';
import type { Accumulator, ClientComputation } from '../graph/computation.js';
import { anyBatch, type InputSpec, inputsSpec, labelsSpec, sampleWeightSpec, toSampleWeight, toTensors } from '../models/batch.js';
import type { Reduction } from '../native/binding.js';
import { binding, concurrency } from '../native/loader.js';
import { type Tensor, tensor } from '../tensor.js';
import { flatten, type Tree } from '../tree.js';
import { mustBe } from '../validate.js';
import { datasetTensors } from './batches.js';

/** How far a round is. */
export interface RoundProgress {
  /** Clients that have finished. */
  readonly clients: number;
  /** Clients of the round. */
  readonly total: number;
}

export interface RunClientsOptions {
  readonly clients: readonly Client[];
  readonly spec: InputSpec;
  readonly seed: number;
  readonly round: number;
  readonly shared: readonly Tensor[];
  readonly program: (shuffle: boolean) => { readonly clients: ClientComputation; readonly reductions: readonly Reduction[] };
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined;
  /** What a client gets besides its data: nothing by default. */
  readonly own?: (dataset: ClientDataset, position: number) => Tree<Tensor>;
}

/** What the clients of a round gave. */
export interface RoundResults {
  readonly combined: Tree<Tensor>;
  readonly shuffled: boolean;
  /** What each client gave by itself. */
  readonly returned: readonly Tree<Tensor>[];
}

// A call into the addon costs a few microseconds, and a small model's client some tens: clients go in groups that take about this long, both to
// run and to be made ready, which nothing else in the program can interrupt.
const GROUP_MILLISECONDS = 4;
const MAX_GROUP = 64;
const FIRST_GROUP = 2;
/** Groups in flight, at least: one runs while the next is made ready. */
const IN_FLIGHT = 2;

/**
 * Runs every client and combines their results in the clients' order.
 *
 * @throws What the first failing client threw, or the signal's reason; everything made for the round is freed then.
 */
export async function runClients(options: RunClientsOptions): Promise<RoundResults> {
  const { clients, spec, shared, signal, onProgress, own = () => [] } = options;
  signal?.throwIfAborted();
  const specs = dataSpecs(spec);
  const checked = new WeakSet<ClientDataset>();
  const cancellation = binding().cancellationNew();
  const cancel = (): void => binding().cancellationCancel(cancellation);
  signal?.addEventListener('abort', cancel, { once: true });
  let accumulator: Accumulator | undefined;
  let computation: ClientComputation | undefined;
  let shuffled = false;
  let done = 0;
  const returned: Tree<Tensor>[] = [];
  let failure: { error: unknown } | undefined;
  const running = new Set<Promise<void>>();
  try {
    let size = FIRST_GROUP;
    let inFlight = 0;
    for (let first = 0; first < clients.length && failure === undefined; ) {
      signal?.throwIfAborted();
      const began = performance.now();
      const loading = clients.slice(first, first + size).map((client, i) => load(client, first + i, specs, checked));
      const loadingBlocked = performance.now() - began;
      const datasets = await Promise.all(loading);
      if (computation === undefined) {
        shuffled = (datasets[0] as ClientDataset).shuffle;
        const program = options.program(shuffled);
        computation = program.clients;
        accumulator = computation.accumulator(program.reductions);
      }
      const strange = datasets.findIndex((d) => d.shuffle !== shuffled);
      if (strange >= 0)
        throw typeError(
          `\`clients[${first + strange}]\` must ${shuffled ? 'be' : 'not be'} shuffled as the clients before: a round shuffles all of its clients or none`,
        );
      const begin = first;
      const resumed = performance.now();
      const items = datasets.map((d, i) => [
        datasetTensors(d, clientSeed(options.seed, options.round, begin + i, d.seed)),
        own(d, begin + i),
      ]);
      const started = performance.now();
      const blocked = (): number => loadingBlocked + submitted - resumed;
      inFlight += items.length;
      const group: Promise<void> = computation
        .runMany(shared, items, accumulator as Accumulator, first, cancellation)
        .then((results) => {
          results.forEach((result, i) => {
            returned[begin + i] = result;
          });
          done += items.length;
          onProgress?.({ clients: done, total: clients.length });
          if (items.length !== size) return;
          if (blocked() > GROUP_MILLISECONDS) size = Math.max(1, size >> 1);
          else if (performance.now() - started < GROUP_MILLISECONDS && 2 * blocked() < GROUP_MILLISECONDS)
            size = Math.min(MAX_GROUP, size * 2);
        })
        .catch((error: unknown) => {
          failure ??= { error };
          cancel();
        })
        .finally(() => {
          inFlight -= items.length;
          running.delete(group);
        });
      const submitted = performance.now();
      running.add(group);
      first += items.length;
      // Two for each thread: none has to wait for this one.
      if (running.size >= IN_FLIGHT && inFlight >= 2 * concurrency()) await Promise.race(running);
    }
    await Promise.all(running);
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    return { combined: (accumulator as Accumulator).take(clients.length), shuffled, returned };
  } catch (error) {
    cancel();
    await Promise.all(running);
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    accumulator?.dispose();
  }
}

/** The specs of clients' tensors. */
type DataSpecs = Readonly<Record<'x' | 'y' | 'sampleWeight', ReturnType<typeof anyBatch>>>;
export const dataSpecs = (spec: InputSpec): DataSpecs => ({
  x: anyBatch(inputsSpec(spec)),
  y: anyBatch(labelsSpec(spec)),
  sampleWeight: anyBatch(sampleWeightSpec(spec)),
});

/** @throws TypeError, ValueError for data that does not fit the specs */
export function checkData(name: string, specs: DataSpecs, { x, y, sampleWeight }: ClientDataset): void {
  toTensors(`${name}.x`, specs.x, x);
  toTensors(`${name}.y`, specs.y, y);
  toSampleWeight(`${name}.sampleWeight`, specs.sampleWeight, flatten(sampleWeight).length === 0 ? undefined : sampleWeight);
}

async function load(client: Client, position: number, specs: DataSpecs, checked: WeakSet<ClientDataset>): Promise<ClientDataset> {
  const dataset = typeof client === 'function' ? await client() : client;
  if (!(dataset instanceof ClientDataset)) throw mustBe(`clients[${position}]`, 'a clientDataset, or a function that returns one', dataset);
  if (!checked.has(dataset)) {
    checkData(`clients[${position}]`, specs, dataset);
    checked.add(dataset);
  }
  return dataset;
}

/** Two words that differ for every client of every round, whatever the order in which clients run (splitmix64). */
export function clientSeed(seed: number, round: number, position: number, datasetSeed: number): Tensor {
  const a = splitmix(BigInt(seed) * 0x9e3779b97f4a7c15n + BigInt(round));
  const b = splitmix(a ^ (BigInt(position) * 0xbf58476d1ce4e5b9n + BigInt(datasetSeed)));
  return tensor(BigInt64Array.of(a >> 2n, b >> 2n));
}

function splitmix(value: bigint): bigint {
  let z = BigInt.asUintN(64, value + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
