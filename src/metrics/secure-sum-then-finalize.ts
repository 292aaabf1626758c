/** The metrics of `sumThenFinalize` by secure sums, of which the server sees no summand (`secure_sum_then_finalize`). */
import { type Aggregator, type AggregatorParts, checkUnweighted } from '../aggregators/aggregator.js';
import { Estimation } from '../aggregators/estimation.js';
import { Nested } from '../aggregators/nested.js';
import { type SecureSum, secureSum } from '../aggregators/secure-sum.js';
import { sum } from '../aggregators/sum.js';
import type { DType } from '../dtype.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { specsOf, type Variable } from '../graph/variable.js';
import type { MetricDefinition } from '../models/model-definition.js';
import { isDictionary, type Tree } from '../tree.js';
import { checkOptions, describe, mustBe } from '../validate.js';
import { checkNumbers, MetricsAggregator, type MetricsAggregatorParts, type UnfinalizedMetrics } from './metrics-aggregator.js';
import { partsOfSum } from './sum-then-finalize.js';

/**
 * The least and the largest value that a client's variable can have: numbers, or what estimates them from the clients' values. Without a
 * least value it is the negative of the largest.
 */
export type MetricValueRange = readonly [lower: number | Estimation | null, upper: number | Estimation];

/** Ranges by the metrics' names: a list with one for each variable of the metric. */
export type MetricValueRanges = Readonly<Record<string, readonly (MetricValueRange | null | undefined)[] | null | undefined>>;

export interface SecureSumThenFinalizeOptions {
  /** Ranges of some metrics' variables; `[0, 2^20 - 1]` by default, for each that is not given or `null`. Values outside of them are clipped. */
  readonly metricValueRanges?: MetricValueRanges;
  /** How whole numbers are added, as in `aggregators.secureSum`; `aggregators.sum()` by default, which is a simulation. */
  readonly protocol?: Aggregator;
}

const DEFAULT_RANGE: MetricValueRange = [0, 2 ** 20 - 1];

/** Variables of one range and element type: they are summed together, and what is clipped is counted once for them all. */
interface Group {
  readonly range: MetricValueRange;
  readonly dtype: DType;
  readonly sum: SecureSum;
  /** The metric's number and the variable's. */
  readonly places: [number, number][];
  readonly variables: Variable[];
}

export class SecureSumThenFinalize extends MetricsAggregator {
  readonly #ranges: MetricValueRanges;
  readonly #protocol: Aggregator;

  constructor(options: SecureSumThenFinalizeOptions = {}) {
    super();
    checkOptions('options of secureSumThenFinalize', options, ['metricValueRanges', 'protocol']);
    const { metricValueRanges = {} } = options;
    if (!isDictionary(metricValueRanges)) throw mustBe('metricValueRanges', "a dictionary by the metrics' names", metricValueRanges);
    this.#ranges = metricValueRanges as MetricValueRanges;
    this.#protocol = checkUnweighted('protocol', options.protocol ?? sum());
    // What is wrong whatever the metrics is said at once.
    for (const [name, ranges] of Object.entries(this.#ranges)) {
      if (ranges !== null && ranges !== undefined && !Array.isArray(ranges))
        throw mustBe(`metricValueRanges.${name}`, "a list with a range for each of the metric's variables", ranges);
      ranges?.forEach((range, i) => this.#sumOf(`metricValueRanges.${name}[${i}]`, range ?? DEFAULT_RANGE));
    }
  }

  override parts(metrics: readonly MetricDefinition[]): MetricsAggregatorParts {
    checkNumbers(metrics);
    const names = metrics.map(({ name }) => name);
    const unknown = Object.keys(this.#ranges).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new ValueError(`\`metricValueRanges\` must be of the metrics ${names.join(', ')}, received ${describe(unknown)}`);
    return partsOfSum(metrics, groupedSums(this.#groups(metrics), metrics.length), (secureSumMeasurements) => ({ secureSumMeasurements }));
  }

  #groups(metrics: readonly MetricDefinition[]): Group[] {
    const groups: Group[] = [];
    metrics.forEach(({ name, variables }, m) => {
      const ranges = this.#ranges[name] ?? [];
      if (ranges.length > 0 && ranges.length !== variables.length)
        throw new ValueError(`\`metricValueRanges.${name}\` must be a list of ${variables.length} ranges, received ${ranges.length}`);
      variables.forEach((variable, v) => {
        const range = ranges[v] ?? DEFAULT_RANGE;
        let group = groups.find((g) => g.range[0] === range[0] && g.range[1] === range[1] && g.dtype === variable.dtype);
        if (group === undefined) {
          const summed = this.#sumOf(`metricValueRanges.${name}[${v}]`, range);
          group = { range, dtype: variable.dtype, sum: summed, places: [], variables: [] };
          groups.push(group);
        }
        group.places.push([m, v]);
        group.variables.push(variable);
      });
    });
    return groups;
  }

  #sumOf(name: string, range: MetricValueRange): SecureSum {
    if (!Array.isArray(range) || range.length !== 2)
      throw new ValueError(`\`${name}\` must be defined as a 2-tuple [lower, upper], received ${describe(range)}`);
    const [lower, upper] = range;
    const lowest = lower === null ? {} : { lowerBoundThreshold: lower };
    return secureSum({ ...lowest, upperBoundThreshold: upper, protocol: this.#protocol });
  }
}

/** `0/1048575/float32`, as TFF names them; what is estimated is different in each group. */
function nameOf({ range, dtype }: Group, taken: readonly string[]): string {
  const bound = (value: number | Estimation | null): string =>
    value instanceof Estimation ? 'estimated' : String(value ?? `-${bound(range[1])}`);
  const stem = `${bound(range[0])}/${bound(range[1])}/${dtype}`;
  let name = stem;
  for (let i = 1; taken.includes(name); i++) name = `${stem}_${i}`;
  return name;
}

/** An aggregator of the unfinalized values of `count` metrics; the measurements are those of the groups. */
function groupedSums(groups: readonly Group[], count: number): AggregatorParts {
  const byName: Record<string, Group> = {};
  for (const group of groups) byName[nameOf(group, Object.keys(byName))] = group;
  const each = <T>(fn: (group: Group, name: string) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(byName).map(([name, group]) => [name, fn(group, name)]));
  const nested = new Nested(each(({ sum, variables }) => sum.parts(specsOf(variables))));
  return {
    initialize: (graph) => nested.initialize(graph),
    client: (state, value, weight, random) => {
      const values = value as unknown as UnfinalizedMetrics;
      return nested.client(
        state,
        each(({ places }) => places.map(([m, v]) => values[m]?.[v] as Output)),
        weight,
        random,
      );
    },
    server: (state, combined) => {
      const steps = nested.server(state, combined);
      const result: Output[][] = Array.from({ length: count }, () => []);
      for (const [name, { places }] of Object.entries(byName)) {
        const sums = steps[name]?.result as Output[];
        places.forEach(([m, v], i) => {
          (result[m] as Output[])[v] = sums[i] as Output;
        });
      }
      return {
        state: nested.states(steps),
        result: result as Tree<Output>,
        measurements: each((_, name) => steps[name]?.measurements ?? []),
      };
    },
  };
}

/**
 * The metrics of `sumThenFinalize`, with sums of which the server sees no client's: integers exactly, floating-point values with 32 bits of
 * their range each.
 *
 * Values outside of their ranges are clipped, which makes metrics wrong: `secureSumMeasurements` beside the metrics has for each range and
 * element type (`0/1048575/float32`) how many clients that concerned, as the measurements of `aggregators.secureSum`.
 *
 * @throws TypeError for something that is no range; ValueError for a range that is no pair or is empty, and, when an algorithm is built, for
 *   names that are no metrics or another number of ranges than the metric has variables
 */
export const secureSumThenFinalize = (options?: SecureSumThenFinalizeOptions): SecureSumThenFinalize => new SecureSumThenFinalize(options);
