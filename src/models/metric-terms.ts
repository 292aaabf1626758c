/** The metrics of a model: of all outputs, or of each, by name. */
import { typeError } from '../errors.js';
import type { LossFunction } from '../keras/losses/from-function.js';
import { meanOf } from '../keras/metrics/mean-of.js';
import { Metric } from '../keras/metrics/metric.js';
import { isDictionary } from '../tree.js';
import { describe, mustBe } from '../validate.js';
import { checkOutputs, isGraphFunction } from './loss-terms.js';
import { everything, type Place, placeOf } from './output-places.js';

/** A metric, a function without arguments that makes one, or a graph function of labels and predictions, whose mean is the metric. */
export type MetricOrConstructor = Metric | (() => Metric) | (new () => Metric) | LossFunction;
/** A list of metrics, which get all labels and outputs, or a dictionary of metrics by the outputs' names. */
export type Metrics =
  | readonly MetricOrConstructor[]
  | { readonly [output: string]: MetricOrConstructor | readonly MetricOrConstructor[] }
  | null
  | undefined;

/** A metric of a model. */
export interface MetricTerm {
  readonly metric: Metric;
  /** Its key in reports. */
  readonly name: string;
  readonly place: Place;
  /** Whether sample weights weigh it. */
  readonly weighted: boolean;
}

/**
 * The metrics that the options `metrics` and `weightedMetrics` describe, with Keras's names: `output_metric` for those of one of several
 * outputs, and names that are taken get a prefix or a number: in TFF only the later of two metrics of one name is reported.
 *
 * @param ofLosses The names under which losses are reported besides `loss`.
 * @throws TypeError for something that is no metric, ValueError for names that are no outputs
 */
export function metricTerms(
  outputNames: readonly string[],
  metrics: Metrics,
  weightedMetrics?: Metrics,
  ofLosses: readonly string[] = [],
): MetricTerm[] {
  const taken = new Set(['loss', ...ofLosses]);
  const named = (terms: readonly Omit<MetricTerm, 'name'>[]): MetricTerm[] =>
    terms.map((term) => {
      const name = freeName(term, outputNames.length, taken);
      taken.add(name);
      return { ...term, name };
    });
  return [
    ...named(placed(outputNames, 'metrics', metrics, false)),
    ...named(placed(outputNames, 'weightedMetrics', weightedMetrics, true)),
  ];
}

function freeName({ metric, place, weighted }: Omit<MetricTerm, 'name'>, outputs: number, taken: ReadonlySet<string>): string {
  const prefix = place.output === null || outputs === 1 ? '' : `${place.output}_`;
  const plain = `${prefix}${metric.name}`;
  if (!taken.has(plain)) return plain;
  const stem = weighted ? `${prefix}weighted_${metric.name}` : plain;
  let name = stem;
  for (let i = 1; taken.has(name); i++) name = `${stem}_${i}`;
  return name;
}

function placed(names: readonly string[], option: string, given: Metrics, weighted: boolean): Omit<MetricTerm, 'name'>[] {
  const at = (place: Place, made: readonly Metric[]): Omit<MetricTerm, 'name'>[] => made.map((metric) => ({ metric, place, weighted }));
  const kinds = new Set<string>();
  const make = (name: string, value: unknown): Metric => makeMetric(name, value, kinds);
  let terms: Omit<MetricTerm, 'name'>[];
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) {
    terms = at(
      everything,
      given.map((m, i) => make(`${option}[${i}]`, m)),
    );
  } else {
    if (!isDictionary(given))
      throw mustBe(option, "a list of metrics or of their constructors, or a dictionary of them by the outputs' names", given);
    checkOutputs(option, given, names);
    terms = names.flatMap((name, i) => {
      const own = Object.hasOwn(given, name) ? given[name] : [];
      const list = Array.isArray(own) ? own.map((m, k) => make(`${option}.${name}[${k}]`, m)) : [make(`${option}.${name}`, own)];
      return at(placeOf(names, i), list);
    });
  }
  if (kinds.size > 1)
    throw typeError(`\`${option}\` must be all metrics or all constructors of metrics, found both types in the \`${option}\``);
  return terms;
}

function makeMetric(name: string, value: unknown, kinds: Set<string>): Metric {
  if (value instanceof Metric) {
    kinds.add('instances');
    return value;
  }
  if (typeof value !== 'function')
    throw typeError(`\`${name}\` must be a metric or a no-arg callable that creates one, found a non-callable: ${describe(value)}`);
  if (isGraphFunction(value) && !(value.prototype instanceof Metric)) {
    if (value.name === '') throw typeError(`\`${name}\` must have a name: make a metric of the function with keras.metrics.meanOf`);
    return meanOf(value.name, value) as unknown as Metric;
  }
  kinds.add('constructors');
  return construct(name, value as (new () => unknown) & (() => unknown));
}

function construct(name: string, make: (new () => unknown) & (() => unknown)): Metric {
  let created: unknown;
  try {
    created = make.prototype instanceof Metric ? new make() : make();
  } catch (error) {
    throw typeError(
      `\`${name}\` is not a no-arg callable that creates a metric: it failed with ${describe(error instanceof Error ? error.message : error)}`,
      { cause: error },
    );
  }
  if (!(created instanceof Metric))
    throw typeError(`\`${name}\` is not a no-arg callable that creates a metric, it created ${describe(created)}`);
  return created;
}
