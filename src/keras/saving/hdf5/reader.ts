/**
 * Reads HDF5 files: groups, attributes and datasets, as h5py and h5wasm write them for Keras.
 *
 * A reader of our own, since the files are hostile input: the HDF5 library loops without end or grows without bound on files with a few
 * changed bytes, and reads whatever other files a dataset names. This one checks every bound, walks no structure twice, allocates only
 * what the limits allow, and supports what Keras files need: superblocks 0–3, groups old and new, numbers, texts and booleans, contiguous,
 * compact and chunked storage with gzip. Links to other places and files are refused.
 */
import { type ArrayValue, elements } from '../array-value.js';
import { Budget } from '../limits.js';
import { type Datatype, readDataspace, readDatatype } from './datatype.js';
import { readDense } from './dense.js';
import { type Links, readLinks } from './links.js';
import { MESSAGE, type Message, readHeader, version } from './object-header.js';
import { type Cursor, Source } from './source.js';
import { type Filter, type Layout, readFilters, readLayout, readStorage } from './storage.js';
import { readValues } from './values.js';

/**
 * Opens an HDF5 file in memory.
 *
 * @param file The file's name, for messages.
 * @returns The root group.
 * @throws FileFormatError for anything that is no sound HDF5 file; reading a group or dataset may throw it later
 */
export function openHdf5(bytes: Uint8Array, file: string, budget = new Budget(file, bytes.length)): Hdf5Group {
  const source = new Source(file, bytes, budget);
  const root = new Objects(source).at(rootAddress(source), '');
  return root instanceof Hdf5Group ? root : source.fail('damaged: its root is no group');
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** The address of the root group's object header (section II.A). */
export function rootAddress(source: Source): number {
  if (SIGNATURE.some((byte, i) => source.bytes[i] !== byte)) source.fail('not an HDF5 file');
  const cursor = source.cursor(8, 'the superblock');
  const found = cursor.u8();
  version(source, found, 0, 1, 2, 3);
  const sizes = found < 2 ? cursor.skip(4) : cursor;
  if (sizes.u8() !== 8 || sizes.u8() !== 8) source.fail('HDF5 files with addresses of other than 8 bytes are not supported');
  cursor.skip(found < 2 ? (found === 0 ? 9 : 13) : 1);
  if (cursor.address() !== 0) source.fail('HDF5 files with a user block are not supported');
  cursor.skip(8);
  const end = cursor.target();
  if (end > source.bytes.length) source.fail(`truncated: the file has ${source.bytes.length} of its ${end} bytes`);
  // Old ones keep the root's address in a symbol table entry, after the driver's address and the name.
  return cursor.skip(found < 2 ? 16 : 0).target();
}

/** The objects of a file by address: each is read once, whatever links to it. */
class Objects {
  readonly source: Source;
  readonly #known = new Map<number, Hdf5Group | Hdf5Dataset>();

  constructor(source: Source) {
    this.source = source;
  }

  at(address: number, path: string): Hdf5Group | Hdf5Dataset {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const messages = readHeader(this.source, address);
    const links = readLinks(this.source, messages);
    const object = links === undefined ? new Hdf5Dataset(this.source, path, messages) : new Hdf5Group(this, path, messages, links);
    this.#known.set(address, object);
    return object;
  }
}

abstract class Hdf5Object {
  /** From the root, without a slash in front; the root's is empty. */
  readonly path: string;
  protected readonly source: Source;
  readonly #messages: readonly Message[];
  #attributes: Map<string, () => ArrayValue> | undefined;

  constructor(source: Source, path: string, messages: readonly Message[]) {
    this.source = source;
    this.path = path;
    this.#messages = messages;
  }

  /** Names of all attributes. */
  get attributeNames(): string[] {
    return [...this.#byName().keys()];
  }

  /** An attribute's value, or `undefined` where there is none. @throws FileFormatError for a value of an unsupported type */
  attribute(name: string): ArrayValue | undefined {
    return this.#byName().get(name)?.();
  }

  /** A text that an attribute holds. @throws FileFormatError for something else than one text */
  text(name: string): string | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    if (value.dtype !== 'string' || value.data.length !== 1) this.fail(`attribute ${name} must be one text`);
    return value.data[0] as string;
  }

  /** A list of texts that an attribute holds. @throws FileFormatError for something else */
  texts(name: string): readonly string[] | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    // h5py writes an empty list as one of numbers.
    if (value.data.length === 0) return [];
    if (value.dtype !== 'string') this.fail(`attribute ${name} must be a list of texts`);
    return value.data as readonly string[];
  }

  /** @throws FileFormatError always, with the object's path */
  fail(message: string): never {
    return this.source.fail(`${this.path === '' ? 'the root group' : this.path}: ${message}`);
  }

  #byName(): Map<string, () => ArrayValue> {
    if (this.#attributes !== undefined) return this.#attributes;
    const attributes = new Map<string, () => ArrayValue>();
    const add = (cursor: Cursor): void => {
      const { name, read } = readAttribute(this.source, cursor);
      attributes.set(name, read);
    };
    for (const { type, open } of this.#messages) {
      if (type === MESSAGE.attribute) add(open());
      if (type !== MESSAGE.attributeInfo) continue;
      const cursor = open();
      version(this.source, cursor.u8(), 0);
      cursor.skip(cursor.u8() & 1 ? 2 : 0);
      const heap = cursor.address();
      const index = cursor.address();
      if (heap !== null && index !== null) readDense(this.source, heap, index, add);
    }
    this.#attributes = attributes;
    return attributes;
  }
}

/** An attribute's name, and how to read its value (section IV.A.2.m). */
function readAttribute(source: Source, cursor: Cursor): { name: string; read: () => ArrayValue } {
  const found = cursor.u8();
  version(source, found, 1, 2, 3);
  const isShared = (cursor.u8() & 3) !== 0 && found > 1;
  const sizes = [cursor.u16(), cursor.u16(), cursor.u16()] as const;
  if (found === 3) cursor.skip(1);
  // The first version pads every part to a multiple of 8.
  const part = (bytes: number): Cursor => {
    const content = cursor.part(bytes);
    if (found === 1) cursor.skip(-bytes & 7);
    return content;
  };
  const name = part(sizes[0]).name();
  const [type, space] = [part(sizes[1]), part(sizes[2])];
  let value: ArrayValue | undefined;
  return {
    name,
    // The cursors go on as they read: once.
    read: () => {
      if (value !== undefined) return value;
      if (isShared) source.fail(`attribute ${name} has a committed datatype, which is not supported`);
      const datatype = readDatatype(type.part(sizes[1]));
      const shape = readDataspace(space.part(sizes[2])) ?? [0];
      const bytes = elements(shape) * datatype.bytes;
      source.budget.take(bytes, `attribute ${name}`);
      value = readValues(source, cursor.part(bytes).take(bytes), datatype, shape);
      return value;
    },
  };
}

/** An array in an HDF5 file; its values are read by `read`. */
export class Hdf5Dataset extends Hdf5Object {
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly #type: Datatype;
  readonly #layout: Layout;
  readonly #filters: readonly Filter[];

  /** @internal */
  constructor(source: Source, path: string, messages: readonly Message[]) {
    super(source, path, messages);
    const message = (type: number): Cursor | undefined => messages.find((m) => m.type === type)?.open();
    if (message(MESSAGE.externalFiles) !== undefined) this.fail('its values are in another file, which is not supported');
    const space = message(MESSAGE.dataspace);
    const type = message(MESSAGE.datatype);
    const layout = message(MESSAGE.layout);
    if (space === undefined || type === undefined || layout === undefined) this.fail('neither a group nor a dataset');
    this.shape = readDataspace(space) ?? this.fail('a dataset without a shape');
    this.#type = readDatatype(type);
    this.#layout = readLayout(layout);
    const filters = message(MESSAGE.filters);
    this.#filters = filters === undefined ? [] : readFilters(filters);
  }

  /** @throws FileFormatError for values that are damaged, incomplete or larger than the limits allow */
  read(): ArrayValue {
    this.source.budget.take(elements(this.shape) * this.#type.bytes, this.path);
    const raw = readStorage(this.source, this.#layout, this.#filters, this.shape, this.#type.bytes, this.path);
    return readValues(this.source, raw, this.#type, this.shape);
  }
}

/** A folder in an HDF5 file. */
export class Hdf5Group extends Hdf5Object {
  readonly #objects: Objects;
  readonly #links: Links;

  /** @internal */
  constructor(objects: Objects, path: string, messages: readonly Message[], links: Links) {
    super(objects.source, path, messages);
    this.#objects = objects;
    this.#links = links;
  }

  /** Names of the members, in the order of the file. */
  get names(): string[] {
    return [...this.#links.keys()];
  }

  /**
   * The member at a path such as `layers/dense/vars`, or `undefined` where there is none.
   *
   * @throws FileFormatError for a damaged member, or a link to another place or file
   */
  get(path: string): Hdf5Group | Hdf5Dataset | undefined {
    let object: Hdf5Group | Hdf5Dataset | undefined = this;
    for (const name of path.split('/')) {
      if (!(object instanceof Hdf5Group)) return undefined;
      object = object.#member(name);
    }
    return object;
  }

  /** The group at a path, or `undefined` where there is nothing. @throws FileFormatError for something else */
  group(path: string): Hdf5Group | undefined {
    const object = this.get(path);
    return object instanceof Hdf5Dataset ? object.fail('must be a group') : object;
  }

  /** The dataset at a path, or `undefined` where there is nothing. @throws FileFormatError for something else */
  dataset(path: string): Hdf5Dataset | undefined {
    const object = this.get(path);
    return object instanceof Hdf5Group ? object.fail('must be a dataset') : object;
  }

  #member(name: string): Hdf5Group | Hdf5Dataset | undefined {
    const address = this.#links.get(name);
    if (address === undefined) return undefined;
    if (address === null) this.fail(`its member ${name} is a link to another place, which is not followed`);
    return this.#objects.at(address, this.path === '' ? name : `${this.path}/${name}`);
  }
}
