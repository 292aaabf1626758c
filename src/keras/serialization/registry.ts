/** Classes by name: how a string or a config becomes an object. */
import { ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { describe, mustBe, mustHold } from '../../validate.js';
import { type Fields, optionsFromConfig } from './fields.js';
import { camelCase, canonical } from './names.js';

/** A class that can be made from a Keras config. */
export interface SerializableClass<T> {
  /** Keras's class name. */
  readonly className: string;
  readonly fields: Fields;
  /** Other names that Keras knows it by, such as `mse`. */
  readonly aliases?: readonly string[];
  /** Config keys of some Keras version that have no meaning here. */
  readonly ignoredKeys?: readonly string[];
  /** Config keys that are supported with one value only (`null` is taken for it, too). */
  readonly fixedKeys?: Readonly<Record<string, unknown>>;
  /** The present names of config keys that had another name in some Keras version. */
  readonly renamedKeys?: Readonly<Record<string, string>>;
  /** The name under which Python registers the class, `package>Name`, of a class that is not Keras's own. */
  readonly registeredName?: string;
  // biome-ignore lint/suspicious/noExplicitAny: options are checked by the class
  new (options: any): T;
}

/** A serialized object as Keras writes it. */
export interface KerasConfig {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly module?: string | null;
  readonly registered_name?: string | null;
}

/** What may stand for an object: the object, its name, or its config. */
export type Identifier<T> = T | string | KerasConfig;

export class Registry<T extends object> {
  readonly #kind: string;
  readonly #base: abstract new (
    ...args: never[]
  ) => T;
  readonly #classes = new Map<string, SerializableClass<T>>();
  readonly #ignoredKeys: readonly string[];

  /**
   * @param kind For messages: `layer`, `loss` …
   * @param ignoredKeys Config keys of all classes that have no meaning here.
   */
  constructor(
    kind: string,
    base: abstract new (...args: never[]) => T,
    classes: readonly SerializableClass<T>[],
    ignoredKeys: readonly string[] = [],
  ) {
    this.#kind = kind;
    this.#base = base;
    this.#ignoredKeys = ignoredKeys;
    for (const cls of classes) this.register(cls);
  }

  /** Adds a class under its name and aliases, or replaces one. */
  register(cls: SerializableClass<T>): void {
    const { className, aliases = [], registeredName = className } = cls;
    for (const name of [className, registeredName, ...aliases]) this.#classes.set(canonical(name), cls);
  }

  /** The class of a name in any spelling, or `undefined`. */
  find(name: string): SerializableClass<T> | undefined {
    return this.#classes.get(canonical(name));
  }

  /** Every class once. */
  classes(): SerializableClass<T>[] {
    return [...new Set(this.#classes.values())];
  }

  /** @throws TypeError for something that names no object, ValueError for an unknown name. */
  get(identifier: unknown, name: string = this.#kind): T {
    if (identifier instanceof this.#base) return identifier as T;
    if (typeof identifier === 'string') return new (this.#known(identifier, name))({});
    if (isDictionary(identifier) && typeof (identifier.class_name ?? identifier.className) === 'string')
      return this.deserialize(identifier as unknown as KerasConfig, name);
    throw mustBe(name, `a ${this.#kind}, its name or its config`, identifier);
  }

  /** The object of a Keras config `{ class_name, config }`. */
  deserialize(config: KerasConfig, name: string = this.#kind): T {
    if (!isDictionary(config)) throw mustBe(name, `a config of a ${this.#kind}`, config);
    const loose = config as unknown as { class_name?: unknown; className?: unknown; config?: unknown; registered_name?: unknown };
    const className = loose.class_name ?? loose.className;
    if (typeof className !== 'string') throw mustBe(`${name}.class_name`, 'a string', className);
    // Functions are serialized as { class_name: 'function', config: name }.
    if (className === 'function' && typeof loose.config === 'string') return this.get(loose.config, name);
    const registered = typeof loose.registered_name === 'string' ? this.find(loose.registered_name) : undefined;
    const cls = registered ?? this.#known(className, name);
    const options = loose.config ?? {};
    if (!isDictionary(options)) throw mustBe(`${name}.config`, 'an object', options);
    return this.make(cls, options);
  }

  /** The object of a class with a Keras config. @throws TypeError, ValueError for options that the class does not have or take */
  make(cls: SerializableClass<T>, config: Readonly<Record<string, unknown>>): T {
    const { ignoredKeys = [], fixedKeys = {}, renamedKeys } = cls;
    for (const [key, only] of Object.entries(fixedKeys)) {
      const value = config[key] ?? only;
      if (value !== only) throw mustHold(`${camelCase(key)} of ${cls.className}`, describe(only), value);
    }
    return new cls(optionsFromConfig(config, [...this.#ignoredKeys, ...ignoredKeys, ...Object.keys(fixedKeys)], renamedKeys));
  }

  #known(className: string, name: string): SerializableClass<T> {
    const cls = this.find(className);
    if (cls !== undefined) return cls;
    const start = canonical(className).slice(0, 5);
    const like = start === '' ? [] : [...this.#classes].filter(([key]) => key.includes(start)).map(([, c]) => c.className);
    const hint = like.length === 0 ? '' : `; similar: ${[...new Set(like)].join(', ')}`;
    throw new ValueError(`\`${name}\` names an unknown ${this.#kind} ${describe(className)}${hint}`);
  }
}
