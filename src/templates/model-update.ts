/**
 * Which of a model's weights are shared, and how: what clients send of them, what they keep, and what the server makes of it.
 *
 * Personal layers: Arivazhagan et al., "Federated learning with personalization layers" (FedPer), 2019, https://arxiv.org/abs/1912.00818.
 * Local batch normalisation: Li et al., "FedBN: federated learning on non-IID features via local batch normalization", ICLR 2021,
 * https://arxiv.org/abs/2102.07623.
 */
import { isFloating } from '../dtype.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { finite, logicalAnd, sub, where } from '../graph/ops/math.js';
import { all } from '../graph/ops/reduce.js';
import type { Variable } from '../graph/variable.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import type { ModelWeights } from '../models/model-weights.js';
import type { Tensor } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkBoolean, checkFunction, checkOneOf } from '../validate.js';
import type { ClientWork, ServerResult, WeightOutputs } from './client-work.js';

/**
 * What becomes of weights that are not trained, such as the moving averages of batch normalisation, after a client's training:
 * `server` forgets them, and the server's stay as they are; `aggregate` sends them with the update, so that the server has the clients'
 * average; `local` keeps all weights of batch normalisation, trained ones too, on each client (FedBN).
 */
export type BatchNormPolicy = 'server' | 'aggregate' | 'local';

export interface SharingOptions {
  /** `server` (default, as in TFF), `aggregate` or `local`, which needs clients with names. */
  readonly batchNorm?: BatchNormPolicy;
  /** Says which trained variables each client keeps for itself, such as those of the last layer (FedPer); none by default. Needs clients with names. */
  readonly personalVariables?: (variable: Variable) => boolean;
}
export const SHARING_OPTIONS = ['batchNorm', 'personalVariables'] as const;

/** Positions in a list of variables. */
type Places = readonly number[];
const pick = <T>(values: readonly T[], places: Places): T[] => places.map((i) => values[i] as T);

/** The policy of one model. */
export class ModelUpdate {
  /** Whether what training makes of weights that are not trained matters. */
  readonly usesNonTrainable: boolean;
  /** What clients send. */
  readonly specs: readonly TensorSpec[];
  /** Variables that are sent, and that clients keep. */
  readonly #sent: { readonly trainable: Places; readonly nonTrainable: Places };
  readonly #kept: { readonly trainable: Places; readonly nonTrainable: Places };

  /** @throws TypeError, ValueError for options of the wrong kind, or where nothing would be sent */
  constructor(model: AnyFederatedModel, options: SharingOptions) {
    const policy = checkOneOf('batchNorm', options.batchNorm ?? 'server', ['server', 'aggregate', 'local']);
    if (options.personalVariables !== undefined) checkFunction('personalVariables', options.personalVariables);
    const { trainableVariables, nonTrainableVariables } = model;
    const normalization = new Set(policy === 'local' ? model.definition.normalizationVariables : []);
    const isPersonal = (v: Variable): boolean =>
      normalization.has(v) || checkBoolean('what `personalVariables` returns', options.personalVariables?.(v) ?? false);
    const places = (variables: readonly Variable[], which: (v: Variable) => boolean): Places =>
      variables.flatMap((v, i) => (which(v) ? [i] : []));
    this.#kept = {
      trainable: places(trainableVariables, isPersonal),
      nonTrainable: places(nonTrainableVariables, (v) => normalization.has(v)),
    };
    this.#sent = {
      trainable: places(trainableVariables, (v) => !isPersonal(v)),
      // Counters and the like have no average.
      nonTrainable: places(nonTrainableVariables, (v) => policy === 'aggregate' && isFloating(v.dtype)),
    };
    if (trainableVariables.length > 0 && this.#sent.trainable.length === 0)
      throw new ValueError('`personalVariables` must leave some trainable variables to share, received a function that takes all of them');
    this.usesNonTrainable = this.#sent.nonTrainable.length + this.#kept.nonTrainable.length > 0;
    this.specs = [...pick(trainableVariables, this.#sent.trainable), ...pick(nonTrainableVariables, this.#sent.nonTrainable)].map(
      (v) => v.spec,
    );
  }

  /** The parts of a client work that follow from the policy. */
  get parts(): Pick<ClientWork, 'updateSpecs' | 'clientState' | 'clientWeights'> {
    const keeps = this.#kept.trainable.length + this.#kept.nonTrainable.length > 0;
    if (!keeps) return { updateSpecs: this.specs };
    return {
      updateSpecs: this.specs,
      clientState: (weights) => this.own(weights),
      clientWeights: (weights, own) => this.#with(weights, own) as ModelWeights,
    };
  }

  /** The weights that a client starts from. */
  start(weights: WeightOutputs, own: Tree<Output>): WeightOutputs {
    return Array.isArray(own) ? weights : (this.#with(weights, own) as WeightOutputs);
  }

  /** Initial minus final weights, of those that are sent. */
  delta(initial: WeightOutputs, final: WeightOutputs): Output[] {
    const of = (key: 'trainable' | 'nonTrainable'): Output[] =>
      this.#sent[key].map((i) => sub(initial[key][i] as Output, final[key][i] as Output));
    return [...of('trainable'), ...of('nonTrainable')];
  }

  /** What a client keeps of its weights. */
  own(weights: WeightOutputs): { readonly personal: Tree<Output> } {
    const { trainable, nonTrainable } = this.#kept;
    return { personal: { trainable: pick(weights.trainable, trainable), nonTrainable: pick(weights.nonTrainable, nonTrainable) } };
  }

  /** The aggregated update for the finalizer, and the next weights that are not trained; an update that is not finite changes nothing. */
  server(update: readonly Output[], weights: WeightOutputs): Required<Pick<ServerResult, 'update'>> & Pick<ServerResult, 'nonTrainable'> {
    const ofTrainable: (Output | null)[] = weights.trainable.map(() => null);
    this.#sent.trainable.forEach((place, i) => {
      ofTrainable[place] = update[i] as Output;
    });
    if (this.#sent.nonTrainable.length === 0) return { update: ofTrainable };
    const ok = update.map((u) => all(finite(u))).reduce((a, b) => logicalAnd(a, b));
    const nonTrainable = [...weights.nonTrainable];
    this.#sent.nonTrainable.forEach((place, i) => {
      const old = nonTrainable[place] as Output;
      nonTrainable[place] = where(ok, sub(old, update[this.#sent.trainable.length + i] as Output), old);
    });
    return { update: ofTrainable, nonTrainable };
  }

  #with<T extends Output | Tensor>(
    weights: { readonly trainable: readonly T[]; readonly nonTrainable: readonly T[] },
    own: Tree<T>,
  ): { readonly trainable: readonly T[]; readonly nonTrainable: readonly T[] } {
    const { personal } = own as unknown as { readonly personal: { readonly trainable: T[]; readonly nonTrainable: T[] } };
    const put = (values: readonly T[], places: Places, kept: readonly T[]): readonly T[] =>
      values.map((value, i) => (places.includes(i) ? (kept[places.indexOf(i)] as T) : value));
    return {
      trainable: put(weights.trainable, this.#kept.trainable, personal.trainable),
      nonTrainable: put(weights.nonTrainable, this.#kept.nonTrainable, personal.nonTrainable),
    };
  }
}
