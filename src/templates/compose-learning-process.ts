/** Algorithms of one's own: TFF's `compose_learning_process`. */
import { type Aggregator, checkWeighted } from '../aggregators/aggregator.js';
import { checkModel } from '../models/federated-model.js';
import { checkFunction, checkOptions, mustBe } from '../validate.js';
import type { ClientWork } from './client-work.js';
import type { Distributor } from './distributor.js';
import type { Finalizer } from './finalizer.js';
import { LearningProcess } from './learning-process.js';

/** The parts of an algorithm. */
export interface ComposeOptions {
  /** What clients get of the server's weights; the weights as they are by default. */
  readonly distributor?: Distributor;
  /** What each client computes, and on which model. */
  readonly clientWork: ClientWork;
  /** How the clients' updates are combined, weighted by what the client work says. */
  readonly aggregator: Aggregator;
  /** What the server makes of it. */
  readonly finalizer: Finalizer;
  /** Decides all randomness, with the round and the client's place in it; 0 by default. */
  readonly seed?: number;
}

/**
 * Makes a learning process of its parts: `initialize() → state`, `next(state, clients) → { state, metrics }`, with the metrics of each part
 * under its name.
 *
 * The state starts with the weights of the client work's model.
 *
 * @throws TypeError for a part of the wrong kind, such as an aggregator that does not weigh clients (`asWeightedAggregator` makes one of it).
 */
export function composeLearningProcess(options: ComposeOptions): LearningProcess {
  checkOptions('options', options, ['distributor', 'clientWork', 'aggregator', 'finalizer', 'seed']);
  const { distributor, clientWork, aggregator, finalizer, seed } = options;
  if (distributor !== undefined) checkPart('distributor', 'a distributor (DistributionProcess)', distributor, ['initialize', 'distribute']);
  checkPart('clientWork', 'a client work (ClientWorkProcess)', clientWork, ['initialize', 'client', 'server'], ['hparams']);
  checkModel(clientWork.model, 'clientWork.model');
  checkWeighted(aggregator, true, 'aggregator');
  checkPart('finalizer', 'a finalizer (FinalizerProcess)', finalizer, ['initialize', 'step'], ['hparams']);
  return new LearningProcess({ distributor, clientWork, aggregator, finalizer, seed });
}

function checkPart(name: string, kind: string, part: unknown, functions: readonly string[], objects: readonly string[] = []): void {
  if (typeof part !== 'object' || part === null) throw mustBe(name, kind, part);
  const members = part as Readonly<Record<string, unknown>>;
  for (const key of functions) checkFunction(`${name}.${key}`, members[key]);
  for (const key of objects)
    if (typeof members[key] !== 'object' || members[key] === null) throw mustBe(`${name}.${key}`, 'an object', members[key]);
}
