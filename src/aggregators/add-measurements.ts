/** Further measurements of an aggregation, without any change to its result. */
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import type { TensorSpec } from '../tensor-spec.js';
import { isDictionary, type Tree } from '../tree.js';
import { checkFunction, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkAggregator } from './aggregator.js';
import { Nested } from './nested.js';
import { sum } from './sum.js';

/** Measurements by name. */
export type Measurements = Readonly<Record<string, Output>>;

/** A measurement of the clients' values, as an aggregation in two halves. */
export interface ClientMeasurement {
  /** What is summed over the clients; `weight` is a `float32` scalar, 1 for an unweighted aggregator. */
  readonly client: (value: Tree<Output>, weight: Output) => Tree<Output>;
  /** The measurements from the sums; `count` is the number of clients. */
  readonly server: (sums: Tree<Output>, count: Output) => Measurements;
}

export interface AddMeasurementsOptions {
  readonly inner: Aggregator;
  readonly clientMeasurement?: ClientMeasurement;
  /** Measures the result. */
  readonly serverMeasurement?: (result: Tree<Output>) => Measurements;
}

const NONE: ClientMeasurement = { client: () => [], server: () => ({}) };

export class AddMeasurements extends Aggregator {
  readonly weighted: boolean;
  readonly #inner: Aggregator;
  readonly #client: ClientMeasurement;
  readonly #server: (result: Tree<Output>) => Measurements;

  constructor(options: AddMeasurementsOptions) {
    super();
    checkOptions('options of addMeasurements', options, ['inner', 'clientMeasurement', 'serverMeasurement']);
    const { clientMeasurement, serverMeasurement } = options;
    if (clientMeasurement === undefined && serverMeasurement === undefined)
      throw new ValueError('`clientMeasurement` or `serverMeasurement` must be given, received neither');
    if (clientMeasurement !== undefined) {
      checkOptions('clientMeasurement', clientMeasurement, ['client', 'server']);
      checkFunction('clientMeasurement.client', clientMeasurement.client);
      checkFunction('clientMeasurement.server', clientMeasurement.server);
    }
    if (serverMeasurement !== undefined) checkFunction('serverMeasurement', serverMeasurement);
    this.#inner = checkAggregator('inner', options.inner);
    this.#client = clientMeasurement ?? NONE;
    this.#server = serverMeasurement ?? (() => ({}));
    this.weighted = this.#inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const nested = new Nested({ inner: this.#inner.parts(specs), measured: sum().parts(specs) });
    return {
      minClients: nested.minClients,
      initialize: (graph) => nested.initialize(graph),
      client: (state, value, weight, random) =>
        nested.client(state, { inner: value, measured: this.#client.client(value, weight) }, weight, random),
      server: (state, combined) => {
        const steps = nested.server(state, combined);
        const { inner, measured } = steps;
        const added = { ...this.#client.server(measured.result, combined.count), ...this.#server(inner.result) };
        return { state: nested.states(steps), result: inner.result, measurements: merge(inner.measurements, added) };
      },
    };
  }
}

function merge(inner: Tree<Output>, added: Measurements): Tree<Output> {
  if (!isDictionary(inner)) return added;
  const twice = Object.keys(added).find((name) => name in inner);
  if (twice !== undefined)
    throw new ValueError(`a measurement must have a name of its own, received \`${twice}\`, which the inner aggregator has`);
  return { ...(inner as Measurements), ...added };
}

/**
 * Reports more than an aggregator does by itself.
 *
 * @throws ValueError for no measurement at all; when used, for a name that the inner aggregator has
 */
export const addMeasurements = (options: AddMeasurementsOptions): AddMeasurements => new AddMeasurements(options);
