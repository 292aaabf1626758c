/** Which optimizer a variable gets, by its path. */
import { ValueError } from '../../errors.js';
import type { Variable } from '../../graph/variable.js';
import { isDictionary } from '../../tree.js';
import { mustBe, mustHold } from '../../validate.js';
import { type Field, field, type OptionsOf } from '../serialization/fields.js';
import { factory, KerasObject } from '../serialization/keras-object.js';
import { type Identifier, type KerasConfig, Registry } from '../serialization/registry.js';
import { LossScaleOptimizer } from './loss-scale-optimizer.js';
import type { Optimizer } from './optimizer.js';
import { get, optimizerField } from './optimizer-registry.js';

/** An optimizer that can be one of several. @throws TypeError, ValueError */
function inner(name: string, value: unknown): Optimizer {
  const optimizer = get(value, name);
  if (optimizer instanceof LossScaleOptimizer || optimizer.className === 'MultiOptimizer')
    throw new ValueError(`\`${name}\` must be an optimizer that updates weights itself, received ${optimizer.className}`);
  return optimizer;
}

/** An expression that finds paths that it matches as a whole, as Python's `re.fullmatch`. @throws ValueError */
function whole(name: string, expression: string): RegExp {
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch {
    throw mustHold(name, 'paths, or regular expressions for paths', expression);
  }
}

type Entries = ReadonlyMap<string, Optimizer>;

const entriesField = field<Readonly<Record<string, Identifier<Optimizer>>>, Entries>(
  (name, value) => {
    if (!isDictionary(value)) throw mustBe(name, 'a dictionary of optimizers by paths', value);
    return new Map(Object.entries(value).map(([key, optimizer]) => [key, inner(`${name}[${JSON.stringify(key)}]`, optimizer)]));
  },
  (entries) => Object.fromEntries([...entries].map(([key, optimizer]) => [key, optimizer.serialize('keras.optimizers')])),
  {},
);

const fields = {
  /** The optimizer of variables that no key is for. */
  defaultOptimizer: { ...optimizerField(), parse: inner },
  /**
   * Optimizers by paths of variables, or by regular expressions that match whole paths, such as `encoder/.*`; none by default. An optimizer that is
   * there several times has the variables of all its keys, with one state and one norm for `globalClipnorm`.
   */
  optimizerMap: entriesField,
};
export type OptimizerMapOptions = OptionsOf<typeof fields>;

/**
 * The optimizers of variables by their paths: the layers' names and the weight's, `encoder/query/kernel`. Names of models are no part of paths, as in
 * Keras for a model that was read from a file.
 */
export class OptimizerMap extends KerasObject<typeof fields> {
  static readonly className = 'OptimizerMap';
  static readonly fields = fields;
  /** The optimizers, each once, in the order of the keys; the default one last. */
  readonly optimizers: readonly Optimizer[];
  readonly #entries: Entries;
  readonly #expressions: readonly (readonly [RegExp, Optimizer])[];

  constructor(options: OptimizerMapOptions) {
    super(options);
    this.#entries = this.options.optimizerMap;
    this.#expressions = [...this.#entries].map(([key, optimizer]) => [whole('optimizerMap of OptimizerMap', key), optimizer]);
    this.optimizers = [...new Set([...this.#entries.values(), this.options.defaultOptimizer])];
  }

  /** The key that an optimizer has first, or `undefined` for the default one. */
  keyOf(optimizer: Optimizer): string | undefined {
    return [...this.#entries].find(([, value]) => value === optimizer)?.[0];
  }

  /** A variable's optimizer: of its path, else of the expression that matches it, else the default one. @throws ValueError where several match */
  of({ path }: Variable): Optimizer {
    const exact = this.#entries.get(path);
    if (exact !== undefined) return exact;
    const [first, second] = this.#expressions.filter(([expression]) => expression.test(path));
    if (second !== undefined) throw new ValueError(`several keys of \`optimizerMap\` match the variable \`${path}\`, and one must`);
    return first?.[1] ?? this.options.defaultOptimizer;
  }
}

const registry = new Registry<OptimizerMap>('optimizer map', OptimizerMap as never, [OptimizerMap]);

/** An optimizer map, or its config. */
export const optimizerMapField = (): Field<OptimizerMap | KerasConfig, OptimizerMap, true> =>
  field<OptimizerMap | KerasConfig, OptimizerMap>(
    (name, value) => {
      if (typeof value === 'string' || typeof value === 'function') throw mustBe(name, 'an optimizer map, or its config', value);
      return registry.get(value, name);
    },
    (map) => map.serialize('keras.optimizers'),
  );

export const optimizerMap = factory<OptimizerMapOptions, OptimizerMap>(OptimizerMap);
