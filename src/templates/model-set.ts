/** Several models, or several sets of one model's weights, in one learning process: all weights are in the state, one set after another. */
import { ValueError } from '../errors.js';
import type { Variable } from '../graph/variable.js';
import { type AnyFederatedModel, FederatedModel } from '../models/federated-model.js';
import { checkWeights, type ModelWeights } from '../models/model-weights.js';
import { describe } from '../validate.js';
import { type LearningParts, LearningProcess, type LearningState } from './learning-process.js';

/** The variables of one set. */
export interface VariableSet {
  readonly trainableVariables: readonly Variable[];
  readonly nonTrainableVariables: readonly Variable[];
}

/** Weights in the order of a set's variables. */
interface Weights<T> {
  readonly trainable: readonly T[];
  readonly nonTrainable: readonly T[];
}

/** Sets of weights by name. */
export class ModelSet {
  /** What a client work over all sets has for a model. */
  readonly model: AnyFederatedModel;
  readonly sets: Readonly<Record<string, VariableSet>>;

  /** @param model Says what data clients have. */
  constructor(model: AnyFederatedModel, sets: Readonly<Record<string, VariableSet>>) {
    const all = Object.values(sets);
    this.sets = sets;
    this.model = new FederatedModel({
      ...model.definition,
      trainableVariables: all.flatMap((s) => s.trainableVariables),
      nonTrainableVariables: all.flatMap((s) => s.nonTrainableVariables),
    });
  }

  get names(): readonly string[] {
    return Object.keys(this.sets);
  }

  /** The weights of each set. */
  split<T>({ trainable, nonTrainable }: Weights<T>): Record<string, Weights<T>> {
    let [t, n] = [0, 0];
    return Object.fromEntries(
      Object.entries(this.sets).map(([name, { trainableVariables, nonTrainableVariables }]) => {
        const own = {
          trainable: trainable.slice(t, t + trainableVariables.length),
          nonTrainable: nonTrainable.slice(n, n + nonTrainableVariables.length),
        };
        t += trainableVariables.length;
        n += nonTrainableVariables.length;
        return [name, own];
      }),
    );
  }
}

/** A learning process of several models. */
export class MultiModelProcess extends LearningProcess {
  readonly #set: ModelSet;

  /** @internal */
  constructor(set: ModelSet, parts: LearningParts) {
    super(parts);
    this.#set = set;
  }

  /** The models' names. */
  get modelNames(): readonly string[] {
    return this.#set.names;
  }

  /** The weights of one model. @throws ValueError for a name that is none */
  getWeightsOf(state: LearningState, name: string): ModelWeights {
    return this.#set.split(this.getModelWeights(state))[this.#known(name)] as ModelWeights;
  }

  /** The state with other weights of one model. @throws TypeError, ValueError for a name that is none, or weights that do not fit the model */
  setWeightsOf(state: LearningState, name: string, weights: ModelWeights): LearningState {
    const { trainableVariables, nonTrainableVariables } = this.#set.sets[this.#known(name)] as VariableSet;
    const own = checkWeights('weights', trainableVariables, nonTrainableVariables, weights);
    const all = Object.values({ ...this.#set.split(state.globalModelWeights), [name]: own });
    return this.setModelWeights(state, { trainable: all.flatMap((w) => w.trainable), nonTrainable: all.flatMap((w) => w.nonTrainable) });
  }

  #known(name: string): string {
    if (!Object.hasOwn(this.#set.sets, name))
      throw new ValueError(`\`name\` must be one of the models ${this.modelNames.join(', ')}, received ${describe(name)}`);
    return name;
  }
}
