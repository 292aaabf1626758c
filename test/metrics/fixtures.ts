/** Metrics aggregators by themselves: on unfinalized values that are at hand, as an aggregator whose result is the metrics. */
import { Aggregator, type AggregatorParts } from '../../src/aggregators/aggregator.js';
import type { Context } from '../../src/graph/context.js';
import type { Output } from '../../src/graph/graph.js';
import { add, div } from '../../src/graph/ops/math.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { Variable } from '../../src/graph/variable.js';
import type { MetricsAggregator, UnfinalizedMetrics } from '../../src/metrics/metrics-aggregator.js';
import type { MetricDefinition } from '../../src/models/model-definition.js';
import { Tensor, tensor } from '../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../src/tensor-spec.js';
import { mapTree, type Tree } from '../../src/tree.js';

/** A metric with variables of the given specs, and what is made of their values. */
export function metric(name: string, specs: readonly TensorSpec[], result: (values: readonly Output[]) => Output): MetricDefinition {
  const variables = specs.map((s, i) => new Variable({ name: `${name}_${i}`, shape: s.shape as number[], dtype: s.dtype }));
  return { name, variables, counts: new Map(), result: (ctx: Context) => result(variables.map((v) => ctx.read(v))) };
}

export const spec = (shape: readonly number[] = [], dtype: TensorSpec['dtype'] = 'float32'): TensorSpec =>
  tensorSpec(shape, dtype) as TensorSpec;

/** As evaluation does it: the round's metrics, and those of all rounds. */
class Both extends Aggregator {
  readonly weighted = false;
  readonly #aggregator: MetricsAggregator;
  readonly #metrics: readonly MetricDefinition[];

  constructor(aggregator: MetricsAggregator, metrics: readonly MetricDefinition[]) {
    super();
    this.#aggregator = aggregator;
    this.#metrics = metrics;
  }

  override parts(): AggregatorParts {
    const parts = this.#aggregator.parts(this.#metrics);
    return {
      initialize: (graph) => ({ own: parts.initialize(graph), total: parts.none(graph) }),
      client: (state, value, _weight, random) => {
        const { isCounted, values } = value as unknown as { isCounted: Output; values: UnfinalizedMetrics };
        return parts.client((state as { own: Tree<Output> }).own, { isCounted, values }, random);
      },
      server: (state, combined) => {
        const { own, total } = state as { own: Tree<Output>; total: Tree<Output> };
        const step = parts.server(own, combined);
        const all = parts.merge(total, step.summary);
        const { graph } = combined.count;
        return {
          state: { own: step.state, total: all },
          result: { round: parts.report(step.summary, graph), total: parts.report(all, graph) },
          measurements: step.measurements,
        };
      },
    };
  }
}

/** A ratio of two variables. */
export const accuracy = () => metric('accuracy', [spec(), spec()], ([a, b]) => div(a as Output, b as Output));
/** All variables' elements together. */
export const customSum = () =>
  metric('custom_sum', [spec(), spec(), spec([2])], ([a, b, c]) => add(add(a as Output, b as Output), sum(c as Output)));

/** A client's values: numbers, or lists of them; `null` for a client that is not counted, whose values are zeros. */
export type ClientValues = readonly (readonly (number | readonly number[])[])[] | null;

/** Numbers for scalars, lists for the others. */
export const plain = (tree: unknown): unknown =>
  mapTree(tree as Tree<unknown>, (t) =>
    t instanceof Tensor ? (t.shape.length === 0 ? Number(t.data[0]) : Array.from(t.data as Float32Array, Number)) : t,
  );

/** What a round gives, as plain numbers. */
interface RoundOutputs {
  // biome-ignore lint/suspicious/noExplicitAny: metrics of any structure
  readonly [key: string]: any;
}

/** What rounds of clients give, one after another. */
export async function rounds(
  aggregator: MetricsAggregator,
  metrics: readonly MetricDefinition[],
  clients: readonly (readonly ClientValues[])[],
) {
  const specs = metrics.map(({ variables }) => variables.map((v) => v.spec));
  const process = new Both(aggregator, metrics).create({ isCounted: spec([], 'bool'), values: specs } as Tree<TensorSpec>);
  const toTensor = (value: number | readonly number[], { shape, dtype }: TensorSpec): Tensor =>
    tensor(value as number, shape as number[], dtype);
  const toTree = (given: ClientValues): Tree<Tensor> => ({
    isCounted: tensor(given !== null, [], 'bool'),
    values: specs.map((own, m) =>
      own.map((s, v) => toTensor(given?.[m]?.[v] ?? (s.shape.length === 0 ? 0 : new Array(s.shape[0] as number).fill(0)), s)),
    ),
  });
  let state = await process.initialize();
  const outputs: RoundOutputs[] = [];
  for (const round of clients) {
    const output = await process.next(state, round.map(toTree));
    ({ state } = output);
    outputs.push({ ...(plain(output.result) as { round: unknown; total: unknown }), measurements: plain(output.measurements) });
  }
  return outputs as [RoundOutputs, ...RoundOutputs[]] as [RoundOutputs, RoundOutputs];
}
