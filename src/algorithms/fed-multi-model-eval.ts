/** Federated evaluation of several models on the same clients in one pass over them: TFF's `build_fed_multi_model_eval`. */
import { sum } from '../aggregators/sum.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import type { ClientWork, WeightOutputs } from '../templates/client-work.js';
import { type EvaluationOptions, evalClientWork } from '../templates/eval-client-work.js';
import { keepWeights } from '../templates/finalizer.js';
import { ModelSet, MultiModelProcess } from '../templates/model-set.js';
import { flatten, isDictionary, structureDifference, type Tree } from '../tree.js';
import { checkOptions, mustBe } from '../validate.js';
import { FED_EVAL_OPTIONS, type FedEvalOptions } from './fed-eval.js';

/**
 * Evaluates models: `next(state, clients)` gives `metrics.clientWork.eval[name].currentRoundMetrics` and `.totalRoundsMetrics` for each. Weights
 * are set with `setWeightsOf(state, name, weights)`.
 *
 * @param models By names of one's own (TFF calls them `a`, `b` …), at least two, all for the same data.
 * @throws TypeError for something that is no federated model; ValueError for fewer than two, or models with different input specs
 */
export function buildFedMultiModelEval(
  models: Readonly<Record<string, AnyFederatedModel>>,
  options: FedEvalOptions = {},
): MultiModelProcess {
  checkOptions('options', options, FED_EVAL_OPTIONS);
  const { seed, ...evaluation } = options;
  if (!isDictionary(models)) throw mustBe('models', 'a dictionary of federated models', models);
  const names = Object.keys(models);
  if (names.length < 2) throw new ValueError(`\`models\` must be at least two, received ${names.length}`);
  const checked = Object.entries(models).map(([name, model]) => [name, checkModel(model, `models.${name}`)] as const);
  const [, first] = checked[0] as readonly [string, AnyFederatedModel];
  for (const [name, model] of checked) checkSameSpec(name, first, model);
  const set = new ModelSet(first, Object.fromEntries(checked));
  return new MultiModelProcess(set, { clientWork: together(set, checked, evaluation), aggregator: sum(), finalizer: keepWeights, seed });
}

function checkSameSpec(name: string, a: AnyFederatedModel, b: AnyFederatedModel): void {
  const [x, y] = [a.inputSpec, b.inputSpec] as [Tree<unknown>, Tree<unknown>];
  const [xs, ys] = [flatten(x), flatten(y)];
  const place = xs.findIndex((spec, i) => String(spec) !== String(ys[i]));
  const difference = structureDifference(x, y) ?? (place < 0 ? undefined : `${xs[place]} and ${ys[place]}`);
  if (difference !== undefined) throw new ValueError(`\`models.${name}\` must have the input spec of the other models: ${difference}`);
}

/** Each model's evaluation, side by side. */
function together(set: ModelSet, models: readonly (readonly [string, AnyFederatedModel])[], options: EvaluationOptions): ClientWork {
  const works = models.map(([name, model]) => [name, evalClientWork(model, options)] as const);
  const each = <T>(fn: (work: ClientWork, name: string) => T): Record<string, T> =>
    Object.fromEntries(works.map(([name, work]) => [name, fn(work, name)]));
  const of = (tree: Tree<Output>, name: string): Tree<Output> => (tree as Record<string, Tree<Output>>)[name] as Tree<Output>;
  return {
    model: set.model,
    hparams: {},
    updateSpecs: [],
    initialize: (graph) => each((work) => work.initialize(graph)),
    client: (inputs) => {
      const weights = set.split(inputs.weights) as Record<string, WeightOutputs>;
      const results = each((work, name) =>
        work.client({ ...inputs, state: of(inputs.state, name), weights: weights[name] as WeightOutputs }),
      );
      const collected = {
        sum: each((_, name) => results[name]?.collected.sum as Tree<Output>),
        stack: each((_, name) => results[name]?.collected.stack ?? []),
      };
      return { update: [], weight: inputs.round.graph.constant(1, 'float32'), collected };
    },
    server: (inputs) => {
      const weights = set.split(inputs.weights) as Record<string, WeightOutputs>;
      const results = each((work, name) =>
        work.server({
          ...inputs,
          state: of(inputs.state, name),
          weights: weights[name] as WeightOutputs,
          collected: { ...inputs.collected, sum: of(inputs.collected.sum, name), stack: of(inputs.collected.stack, name) },
        }),
      );
      const metrics = each((_, name) => of(results[name]?.metrics as Tree<Output>, 'eval'));
      return { state: each((_, name) => results[name]?.state as Tree<Output>), metrics: { eval: metrics } };
    },
  };
}
