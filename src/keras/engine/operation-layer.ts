/** Operations of Keras's functional graphs (`keras.ops`), as layers without weights. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Tree } from '../../tree.js';
import { Arguments } from '../operations/arguments.js';
import { camelCase, defaultName, uniqueName } from '../serialization/names.js';
import type { KerasConfig } from '../serialization/registry.js';
import { type CallArguments, Layer } from './layer.js';

/** What an operation does. */
export interface Operation {
  /** Keras's class name. */
  readonly name: string;
  /** The module of `keras.src.ops` that has it. */
  readonly module: string;
  /** The names of what it is called with, in order. */
  readonly parameters: readonly string[];
  readonly call: (values: Arguments) => Output | readonly Output[];
}

/** An operation with the options that its config has; what it is called with, tensors or not, are the arguments `args` and those by name. */
export class OperationLayer extends Layer {
  static readonly className: string = 'Operation';
  static readonly fields = {};
  protected override readonly takesStructure = true;
  readonly #operation: Operation;
  readonly #config: Readonly<Record<string, unknown>>;

  constructor(operation: Operation, { name, ...config }: Readonly<Record<string, unknown>>) {
    super({ name: typeof name === 'string' ? name : uniqueName(defaultName(operation.name)) });
    this.#operation = operation;
    this.#config = config;
  }

  override get className(): string {
    return this.#operation.name;
  }

  override getConfig(): Record<string, unknown> {
    return { name: this.name, ...this.#config };
  }

  override serialize(): KerasConfig {
    const { name, module } = this.#operation;
    return { module: `keras.src.ops.${module}`, class_name: name, config: this.getConfig(), registered_name: name };
  }

  protected override call(ctx: Context, _inputs: Tree<Output>, { args = [], ...named }: CallArguments): Output | Output[] {
    const { name, parameters, call } = this.#operation;
    const positional = (args as readonly unknown[]).map((value, i) => [parameters[i] ?? `argument ${i}`, value]);
    const options = Object.entries(this.#config).map(([key, value]) => [camelCase(key), value]);
    const values = new Arguments(name, ctx.graph, Object.fromEntries([...options, ...Object.entries(named), ...positional]));
    const result = call(values);
    values.checkAllRead();
    return Array.isArray(result) ? [...(result as readonly Output[])] : (result as Output);
  }
}
