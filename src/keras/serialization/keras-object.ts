/** What losses, metrics, initializers and the like share: checked options and a Keras config. */
import { type Fields, parseOptions, serializeOptions, type ValuesOf } from './fields.js';
import type { KerasConfig, SerializableClass } from './registry.js';

/** An object described by its options. Subclasses have `static className` and `static fields`. */
export abstract class KerasObject<F extends Fields = Fields> {
  /** The checked options, with defaults filled in. */
  readonly options: ValuesOf<F>;

  constructor(options: unknown = {}) {
    const cls = this.constructor as unknown as SerializableClass<this>;
    this.options = parseOptions(cls.className, cls.fields, options) as ValuesOf<F>;
  }

  /** Keras's class name. */
  get className(): string {
    return (this.constructor as unknown as SerializableClass<this>).className;
  }

  /** The options as Keras writes them. */
  getConfig(): Record<string, unknown> {
    return serializeOptions((this.constructor as unknown as SerializableClass<this>).fields, this.options as never);
  }

  /** `{ class_name, config }` with Keras's module, as in a `.keras` file. */
  serialize(module: string): KerasConfig {
    return { module, class_name: this.className, config: this.getConfig(), registered_name: null };
  }
}

/** A factory for a class: `dense(options)` for `new Dense(options)`. */
export function factory<Options, T>(
  cls: new (options: Options) => T,
): undefined extends Options ? (options?: Options) => T : (options: Options) => T {
  return ((options: Options) => new cls(options ?? ({} as Options))) as never;
}
