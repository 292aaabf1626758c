/** The loss of a model: one for all outputs, or one for each, by position or by name. */
import { ValueError } from '../errors.js';
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { addN, mul } from '../graph/ops/math.js';
import type { Model } from '../keras/engine/model.js';
import { fromFunction, type LossFunction } from '../keras/losses/from-function.js';
import { Loss } from '../keras/losses/loss.js';
import { flatten, isDictionary, type Tree } from '../tree.js';
import { mustBe } from '../validate.js';
import { everything, type Place, placeOf } from './output-places.js';

/** A loss, or a graph function of labels and predictions that gives a value per example. */
export type LossOrFunction = Loss | LossFunction;
/** One loss for all outputs, a list with one per output, or a dictionary by the outputs' names; `null` is none. */
export type Losses = LossOrFunction | readonly LossOrFunction[] | { readonly [output: string]: LossOrFunction | null };

/** One summand of a model's loss. */
export interface LossTerm {
  readonly loss: Loss;
  readonly weight: number;
  readonly place: Place;
  /** The metric under which it is reported by itself; `null` for none. */
  readonly metric: string | null;
}

/**
 * The summands that the options `loss` and `lossWeights` describe.
 *
 * @throws TypeError for something that is no loss or no number; ValueError for names that are no outputs, or other numbers of losses or weights
 *   than outputs
 */
export function lossTerms(model: Model, loss: Losses, lossWeights: unknown): LossTerm[] {
  if (Array.isArray(loss)) return listed(model, loss, lossWeights);
  if (isDictionary(loss)) return named(model, loss, lossWeights);
  if (!isLoss(loss))
    throw mustBe('loss', `a Loss or a list of Losses, ${OR_FUNCTION}, or a dictionary of them by the outputs' names`, loss);
  const single = toLoss('loss', loss);
  if (lossWeights !== undefined && lossWeights !== null) throw new ValueError('`lossWeights` cannot be used if `loss` is not a list');
  return [{ loss: single, weight: 1, place: everything, metric: null }];
}

function listed(model: Model, losses: readonly unknown[], lossWeights: unknown): LossTerm[] {
  const outputs = flatten(model.outputs).length;
  if (losses.length !== outputs)
    throw new ValueError(`\`loss\` must have one Loss for each of the ${outputs} outputs of \`kerasModel\`, received ${losses.length}`);
  const checked = losses.map((l, i) => toLoss(`loss[${i}]`, l));
  const weights = lossWeights ?? losses.map(() => 1);
  if (!Array.isArray(weights)) throw mustBe('lossWeights', 'a list of numbers', weights);
  if (weights.length !== losses.length)
    throw new ValueError(`\`lossWeights\` must have one number for each of the ${losses.length} losses, received ${weights.length}`);
  return checked.map((l, i) => ({
    loss: l,
    weight: checkWeight(`lossWeights[${i}]`, weights[i]),
    place: outputs === 1 ? everything : placeOf(model.outputNames, i),
    metric: null,
  }));
}

function named(model: Model, losses: Readonly<Record<string, unknown>>, lossWeights: unknown): LossTerm[] {
  const names = model.outputNames;
  const weights = lossWeights ?? {};
  if (!isDictionary(weights)) throw mustBe('lossWeights', 'a dictionary of numbers by the names of outputs, as `loss`', weights);
  checkOutputs('loss', losses, names);
  const used = Object.keys(losses).filter((name) => losses[name] !== null);
  if (used.length === 0) throw new ValueError('`loss` must have a loss for at least one output, received none');
  const stray = Object.keys(weights).find((name) => !used.includes(name));
  if (stray !== undefined) throw new ValueError(`\`lossWeights.${stray}\` must be the weight of one of the losses ${used.join(', ')}`);
  // In the outputs' order, however the dictionary was written.
  return names
    .filter((name) => used.includes(name))
    .map((name) => ({
      loss: toLoss(`loss.${name}`, losses[name]),
      weight: checkWeight(`lossWeights.${name}`, weights[name] ?? 1),
      place: placeOf(names, names.indexOf(name)),
      metric: used.length > 1 ? `${name}_loss` : null,
    }));
}

/** Checks that the keys of an option are names of outputs, each of one output. @throws ValueError */
export function checkOutputs(option: string, byName: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of Object.keys(byName)) {
    const count = names.filter((n) => n === name).length;
    if (count === 0) throw new ValueError(`\`${option}.${name}\` must be for one of the model's outputs ${names.join(', ')}`);
    if (count > 1) throw new ValueError(`\`${option}.${name}\` must be for one output, received a name that ${count} outputs have`);
  }
}

const OR_FUNCTION = 'a function of labels and predictions';

/** A graph function has two parameters; a class, or a factory that was not called, has fewer. */
export const isGraphFunction = (value: unknown): value is LossFunction => typeof value === 'function' && value.length >= 2;
const isLoss = (value: unknown): value is LossOrFunction => value instanceof Loss || isGraphFunction(value);

function toLoss(name: string, value: unknown): Loss {
  if (!isLoss(value)) throw mustBe(name, `a Loss or ${OR_FUNCTION}`, value);
  return value instanceof Loss ? value : fromFunction(value.name || 'loss', value);
}

function checkWeight(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw mustBe(name, 'a finite number', value);
  return value;
}

/** The value of each summand, before its weight. */
export const termValues = (
  terms: readonly LossTerm[],
  ctx: Context,
  y: Tree<Output>,
  predictions: Tree<Output>,
  sampleWeight: Tree<Output>,
): Output[] =>
  terms.map(({ loss, place }) => loss.compute(ctx, place.labels(y), place.predictions(predictions), place.sampleWeight(sampleWeight)));

/** `Σ weight · value`. */
export const weightedSum = (terms: readonly LossTerm[], values: readonly Output[]): Output =>
  addN(values.map((value, i) => (terms[i]?.weight === 1 ? value : mul(value, terms[i]?.weight as number))));
