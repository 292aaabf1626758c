/**
 * The client work of Mime and Mime Lite: clients train with the server's optimizer state, which stays as it is until the round is over.
 *
 * After the round the state makes one step with the mean of the clients' full gradients at the round's first weights.
 */

import type { Aggregator, Combined, Contribution } from '../aggregators/aggregator.js';
import type { Output } from '../graph/graph.js';
import { add, sub } from '../graph/ops/math.js';
import { specsOf } from '../graph/variable.js';
import type { Hparams, Optimizer, Slots } from '../keras/optimizers/optimizer.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { flatten, type Tree } from '../tree.js';
import { once } from './batches.js';
import { type ClientInputs, type ClientWeighting, type ClientWork, weightOf } from './client-work.js';
import { applyOptimizerFinalizer } from './finalizer.js';
import { checkFits } from './fits.js';
import { fullGradient } from './full-gradient.js';
import { Guard } from './guard.js';
import { type Correction, LocalTraining, type TrainingOptions } from './local-training.js';

/** The parts that make one of the two algorithms. */
export interface MimeParts {
  readonly model: AnyFederatedModel;
  readonly baseOptimizer: Optimizer;
  readonly weighting: ClientWeighting;
  /** How full gradients are combined. */
  readonly gradientAggregator: Aggregator;
  /** Whether steps are corrected by the mean full gradient (Mime), for which clients are asked twice a round, or not (Mime Lite). */
  readonly corrected: boolean;
  readonly options: TrainingOptions;
}

/** What the server has of the clients' full gradients. */
interface MeanGradient {
  readonly gradient: readonly Output[];
  /** The aggregator's next state. */
  readonly state: Tree<Output>;
  readonly measurements: Tree<Output>;
}

const partOf = (tree: Tree<Output>, name: 'optimizer' | 'fullGradientAggregator' | 'fullGradient'): Tree<Output> =>
  (tree as Record<string, Tree<Output>>)[name] as Tree<Output>;

/** @throws TypeError, ValueError for options of the wrong kind or out of range */
export function mimeClientWork({ model, baseOptimizer, weighting, gradientAggregator, corrected, options }: MimeParts): ClientWork {
  const { trainableVariables } = model;
  const training = new LocalTraining(model, baseOptimizer, options);
  const stateStep = applyOptimizerFinalizer(baseOptimizer, trainableVariables);
  const specs = specsOf(trainableVariables);
  const aggregator = gradientAggregator.parts(specs);

  /** A client's full gradient for the aggregator, and the guard that it has passed with what else must be finite. */
  const contribute = (inputs: Omit<ClientInputs, 'own' | 'surveyed'>, alsoFinite: readonly Output[]): [Guard, Contribution] => {
    // Every epoch has the same examples.
    const { gradient } = fullGradient(model, { ...inputs, dataset: once(inputs.dataset) });
    const guard = new Guard([...gradient, ...alsoFinite]);
    const weight = guard.unless(weightOf(weighting, inputs.dataset));
    return [guard, aggregator.client(partOf(inputs.state, 'fullGradientAggregator'), guard.values(gradient), weight, inputs.random)];
  };
  const meanOf = (state: Tree<Output>, combined: Combined): MeanGradient => {
    const { result, ...rest } = aggregator.server(partOf(state, 'fullGradientAggregator'), combined);
    const gradient = flatten(result);
    checkFits('fullGradientAggregator', 'a result like the updates', specs, gradient);
    return { gradient, ...rest };
  };

  return {
    model,
    hparams: training.hparams,
    data: training.data,
    minClients: aggregator.minClients,
    initialize: (graph) => ({
      ...training.initialize(graph),
      optimizer: baseOptimizer.slots(graph, specs, trainableVariables),
      fullGradientAggregator: aggregator.initialize(graph),
    }),
    ...(corrected && {
      survey: {
        client: (inputs) => contribute(inputs, [])[1],
        server: (state, collected) => meanOf(state, collected) as unknown as Tree<Output>,
      },
    }),
    client: (inputs) => {
      const { state, weights, dataset, shuffle, round, surveyed } = inputs;
      const trained = training.run({
        dataset,
        shuffle,
        weights,
        hparams: training.hparamsIn(state, round),
        slots: partOf(state, 'optimizer') as Slots<Output>,
        frozen: true,
        ...(corrected && { correction: towardsMean(weights.trainable, (surveyed as unknown as MeanGradient).gradient) }),
      });
      const update = weights.trainable.map((w, i) => sub(w, trained.weights.trainable[i] as Output));
      const [guard, gradient] = corrected ? [new Guard(update)] : contribute(inputs, update);
      return {
        update: guard.values(update),
        weight: guard.unless(weightOf(weighting, trained.dataset)),
        collected: training.collected(inputs, trained, guard, gradient && { fullGradient: gradient }),
      };
    },
    server: (inputs) => {
      const { state, collected, weights, round, surveyed } = inputs;
      const mean = corrected
        ? (surveyed as unknown as MeanGradient)
        : meanOf(state, { ...collected, sum: partOf(collected.sum, 'fullGradient'), stack: partOf(collected.stack, 'fullGradient') });
      const hparams: Hparams<Output> = training.hparamsIn(state, round);
      const slots = partOf(state, 'optimizer') as Slots<Output>;
      // The weights of this step are not used: they are the finalizer's.
      const next = stateStep.step({ ...hparams, ...slots }, weights.trainable, mean.gradient).state as Slots<Output>;
      const trained = training.server(inputs, { fullGradientAggregator: mean.measurements });
      return {
        state: {
          ...trained.state,
          optimizer: Object.fromEntries(Object.keys(slots).map((name) => [name, next[name] as Tree<Output>])),
          fullGradientAggregator: mean.state,
        },
        metrics: trained.metrics,
      };
    },
  };
}

/** `∇f(w) − ∇f(w₀) + c`, on the same batch: the gradient of a step without what is the client's own in it. */
const towardsMean =
  (initial: readonly Output[], mean: readonly Output[]): Correction =>
  ({ gradientsAt }) => {
    const first = gradientsAt(initial);
    return (g, i) => add(first[i] == null ? g : sub(g, first[i]), mean[i] as Output);
  };
