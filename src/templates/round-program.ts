/** A round's computations: what runs once per client, and what the server makes of it. */
import { reductionsOf, SEED, specOf } from '../aggregators/aggregation-process.js';
import type { AggregatorParts, Contribution } from '../aggregators/aggregator.js';
import { type Randomness, randomness } from '../aggregators/randomness.js';
import { ClientComputation, type ClientFunctionBuilder, Computation, signatureOf } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import { add } from '../graph/ops/math.js';
import { specsOf } from '../graph/variable.js';
import type { Reduction } from '../native/binding.js';
import type { Tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { datasetInputs, datasetSpecs, SCHEDULE } from './batches.js';
import { type ClientWork, checkedWeight } from './client-work.js';
import type { Finalizer } from './finalizer.js';
import { checkFits } from './fits.js';
import { type Protocol, protocolOf } from './remote-protocol.js';

/** A compiled pass over the clients of a round. */
export interface Pass {
  readonly clients: ClientComputation;
  /** How each of the combined values is combined. */
  readonly reductions: readonly Reduction[];
  /** The specs of the combined values. */
  readonly combined: Tree<TensorSpec>;
  /** How remote clients are asked for it: the same whether their data are shuffled, which the server need not know. */
  readonly protocol: () => Protocol;
}

/** What all clients of a round get, in the order in which it is fed. */
export interface Shared<T> {
  readonly aggregator: Tree<T>;
  readonly clientWork: Tree<T>;
  readonly trainable: Tree<T>;
  readonly nonTrainable: Tree<T>;
  readonly round: T;
  readonly entropy: T;
  readonly surveyed: Tree<T>;
}

/** What the server's part gives, as a tree of tensors. */
export interface ServerOutput<T> {
  readonly aggregator: Tree<T>;
  readonly clientWork: Tree<T>;
  readonly finalizer: Tree<T>;
  readonly trainable: readonly T[];
  /** None where they stay as they are. */
  readonly nonTrainable: readonly T[];
  readonly round: T;
  readonly metrics: { readonly clientWork: Tree<T>; readonly aggregator: Tree<T>; readonly finalizer: Tree<T> };
}

const SCALAR = tensorSpec([], 'int32') as TensorSpec;
const WEIGHT = tensorSpec([]) as TensorSpec;
/** Each use of a client's seed adds another number to it. */
const WORK = 1n;
const SURVEY = 2n;
export const DISTRIBUTION = 3n;

/** The computations of a round of an algorithm, for clients that shuffle or for clients that do not. */
export class RoundProgram {
  readonly work: Pass;
  readonly server: Computation;
  readonly survey: (Pass & { readonly server: Computation }) | undefined;

  constructor(
    parts: { readonly clientWork: ClientWork; readonly aggregator: AggregatorParts; readonly finalizer: Finalizer },
    state: Omit<Shared<Tensor>, 'entropy' | 'surveyed'> & { readonly finalizer: Tree<Tensor> },
    own: Tree<TensorSpec>,
    shuffle: boolean,
  ) {
    const { finalizer, ...given } = state;
    const { clientWork, aggregator } = parts;
    const specs = {
      ...mapTree<Tensor, TensorSpec>(given as unknown as Tree<Tensor>, specOf),
      entropy: SEED,
    } as unknown as Shared<TensorSpec>;
    const data = datasetSpecs(clientWork.model.inputSpec);
    const inputs = (
      { clientWork: workState, trainable, nonTrainable, round, entropy }: Shared<Output>,
      item: Tree<Output>,
      use: bigint,
      isShuffled: boolean,
    ) => {
      const all = datasetInputs(item);
      const dataset = clientWork.data?.(all) ?? all;
      const weights = { trainable: trainable as Output[], nonTrainable: nonTrainable as Output[] };
      return { state: workState, weights, dataset, shuffle: isShuffled, round, random: salted(dataset.seed, entropy, use) };
    };

    const { trainableVariables, nonTrainableVariables } = clientWork.model;
    const updateSpecs = clientWork.updateSpecs ?? specsOf(trainableVariables);
    const { survey } = clientWork;
    const knownSpecs = clientWork.known?.specs ?? [];
    let surveyed: Tree<TensorSpec> = [];
    if (survey !== undefined) {
      const shared = { ...specs, surveyed: [] };
      const pass = compilePass(shared, [data, knownSpecs], shuffle, (all, [item, known], isShuffled) => ({
        contribution: survey.client({ ...inputs(all, item, SURVEY, isShuffled), known }),
        update: [],
        returned: [],
      }));
      const server = Computation.compile([shared as unknown as Tree<TensorSpec>, pass.combined, SCALAR, SEED], (given) => {
        const [all, combined, count, seed] = given as unknown as [Shared<Output>, [Tree<Output>, Tree<Output>], Output, Output];
        const [sum, stack] = combined;
        const found = survey.server(all.clientWork, { sum, stack, count, random: salted(seed, all.entropy, SURVEY) });
        surveyed = mapTree(found, (o) => tensorSpec(o.shape ?? [], o.dtype) as TensorSpec);
        return found;
      });
      this.survey = { ...pass, server };
    }

    const shared = { ...specs, surveyed };
    this.work = compilePass(shared, [data, [own, knownSpecs]], shuffle, (all, [item, besides], isShuffled) => {
      const [kept, known] = besides as [Tree<Output>, Tree<Output>];
      const result = clientWork.client({ ...inputs(all, item, WORK, isShuffled), own: kept, known, surveyed: all.surveyed });
      checkFits('clientWork', 'an update', updateSpecs, result.update);
      checkFits('clientWork', 'a weight', [WEIGHT], [result.weight]);
      const { seed } = datasetInputs(item);
      const weight = checkedWeight('`clientWork` must give a weight,', result.weight);
      const sent = aggregator.client(all.aggregator, [...result.update], weight, randomness(seed, all.entropy));
      const { collected } = result;
      return {
        update: [sent.sum, sent.stack ?? []],
        contribution: { sum: [sent.sum, collected.sum], stack: [sent.stack ?? [], collected.stack ?? []] },
        returned: result.own ?? [],
      };
    });
    this.server = Computation.compile(
      [shared as unknown as Tree<TensorSpec>, mapTree(finalizer, specOf), this.work.combined, SCALAR, SEED],
      (given) => {
        const [all, finalizerState, combined, count, seed] = given as unknown as [
          Shared<Output>,
          Tree<Output>,
          [[Tree<Output>, Tree<Output>], [Tree<Output>, Tree<Output>]],
          Output,
          Output,
        ];
        const [[sum, collectedSum], [stack, collectedStack]] = combined;
        const aggregated = aggregator.server(all.aggregator, { sum, stack, count, random: randomness(seed, all.entropy) });
        const update = flatten(aggregated.result);
        // Not so for an aggregator that samples clients' values, for example.
        checkFits('modelAggregator', 'a result like the updates', updateSpecs, update);
        const weights = { trainable: all.trainable as Output[], nonTrainable: all.nonTrainable as Output[] };
        const collected = { sum: collectedSum, stack: collectedStack, count, random: salted(seed, all.entropy, WORK) };
        const { round, surveyed: found } = all;
        const work = clientWork.server({ state: all.clientWork, update, collected, weights, round, surveyed: found });
        const final = parts.finalizer.step(finalizerState, weights.trainable, work.update ?? update);
        checkFits('finalizer', "weights like the model's", specsOf(trainableVariables), final.weights);
        if (work.nonTrainable !== undefined)
          checkFits('clientWork', "other weights like the model's", specsOf(nonTrainableVariables), work.nonTrainable);
        const output: ServerOutput<Output> = {
          aggregator: aggregated.state,
          clientWork: work.state,
          finalizer: final.state,
          trainable: final.weights,
          nonTrainable: work.nonTrainable ?? [],
          round: add(round, 1),
          metrics: { clientWork: work.metrics, aggregator: aggregated.measurements, finalizer: final.measurements },
        };
        return output as unknown as Tree<Output>;
      },
    );
  }

  dispose(): void {
    for (const computation of [this.work.clients, this.server, this.survey?.clients, this.survey?.server]) computation?.dispose();
  }
}

/** Randomness of one use. */
export const salted = (seed: Output, entropy: Output, use: bigint): Randomness =>
  randomness(add(seed, seed.graph.constant([use, 0n], 'int64', [2])), entropy);

/** What a client gives in a pass. */
interface PassOutputs {
  readonly contribution: Contribution;
  /** What of it a client must not give anything infinite for, since it would do harm to all. */
  readonly update: Tree<Output>;
  readonly returned: Tree<Output>;
}

function compilePass(
  shared: Shared<TensorSpec>,
  item: readonly [Tree<TensorSpec>, Tree<TensorSpec>],
  shuffle: boolean,
  fn: (shared: Shared<Output>, item: [Tree<Output>, Tree<Output>], shuffle: boolean) => PassOutputs,
): Pass {
  let reductions: Reduction[] = [];
  let combined: Tree<Output> = [];
  let update: Tree<Output> = [];
  const building =
    (isShuffled: boolean): ClientFunctionBuilder =>
    (all, own) => {
      const outputs = fn(all as unknown as Shared<Output>, own as [Tree<Output>, Tree<Output>], isShuffled);
      const { sum, stack = [] } = outputs.contribution;
      reductions = reductionsOf(sum, stack);
      combined = [sum, stack];
      ({ update } = outputs);
      return { combined, returned: outputs.returned };
    };
  const given = shared as unknown as Tree<TensorSpec>;
  const clients = ClientComputation.compile(given, item, building(shuffle), [SCHEDULE]);
  let i = 0;
  const specs = mapTree(combined, (o) => {
    const shape = o.shape ?? [];
    return tensorSpec(reductions[i++] === 'stack' ? [null, ...shape] : shape, o.dtype) as TensorSpec;
  });
  let protocol: Protocol | undefined;
  const makeProtocol = (): Protocol => {
    const signature = signatureOf(given, item, building(false));
    return protocolOf(signature, given as Readonly<Record<string, Tree<TensorSpec>>>, item[1], new Set(flatten(update)));
  };
  return {
    clients,
    reductions,
    combined: specs,
    protocol: () => {
      protocol ??= makeProtocol();
      return protocol;
    },
  };
}
