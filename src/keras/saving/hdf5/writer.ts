/** Writes HDF5 files through h5wasm, which is the HDF5 library itself. */
import type { Group } from 'h5wasm';
import { ValueError } from '../../../errors.js';
import { type ArrayValue, elements, type HalfDType, widen } from '../array-value.js';
import { Budget } from '../limits.js';
import { readLinks } from './links.js';
import { MESSAGE, readHeader } from './object-header.js';
import { rootAddress } from './reader.js';
import { Source } from './source.js';

/** What goes into a group. */
export interface Hdf5Content {
  /** Texts, and lists of them. */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  /** Arrays; 16-bit floats may come as raw bits. */
  readonly datasets?: ReadonlyMap<string, ArrayValue>;
  readonly groups?: ReadonlyMap<string, Hdf5Content>;
}

/** h5wasm's codes of element types: little-endian, upper case for unsigned. */
const CODES: Readonly<Record<string, string>> = {
  float64: '<d',
  float32: '<f',
  int64: '<q',
  int32: '<i',
  int16: '<h',
  int8: '<b',
  uint64: '<Q',
  uint32: '<I',
  uint16: '<H',
  uint8: '<B',
  bool: '<B',
};

let files = 0;

/**
 * Makes an HDF5 file, in the oldest form that holds the content, as h5py does; equal contents give equal bytes.
 *
 * 16-bit floats are written as `float32`, which holds their values exactly, booleans as `uint8`: Keras casts what it reads to the type of the
 * variable.
 *
 * @throws ValueError for an array whose data do not fit its shape, for text arrays, and for names with a slash
 */
export async function writeHdf5(content: Hdf5Content): Promise<Uint8Array> {
  // Loaded where a file is written first: to import it takes longer than all else of the package, and 30 MB.
  const { ready, File } = (await import('h5wasm')).default;
  const { FS } = await ready;
  const name = `/fedkeras-${files++}.h5`;
  const file = new File(name, 'w', { libver: ['earliest', 'latest'] });
  try {
    try {
      writeGroup(file, content, '');
    } finally {
      file.close();
    }
    return withoutTimes(FS.readFile(name));
  } finally {
    FS.unlink(name);
  }
}

/** Clears what the library notes of each dataset: when it was made (section IV.A.2.s). */
function withoutTimes(bytes: Uint8Array): Uint8Array {
  const source = new Source('the written file', bytes, new Budget('the written file', bytes.length));
  const visit = (address: number): void => {
    const messages = readHeader(source, address);
    for (const { type, open } of messages) if (type === MESSAGE.modificationTime) open().skip(4).take(4).fill(0);
    for (const child of readLinks(source, messages)?.values() ?? []) visit(child as number);
  };
  visit(rootAddress(source));
  return bytes;
}

function writeGroup(group: Group, content: Hdf5Content, path: string): void {
  for (const [name, text] of Object.entries(content.attributes ?? {})) writeAttribute(group, name, text);
  for (const [name, value] of content.datasets ?? []) writeDataset(group, checkedName(name, path), value, `${path}/${name}`);
  for (const [name, child] of content.groups ?? []) {
    if (content.datasets?.has(name)) throw new ValueError(`\`${path}/${name}\` must be a dataset or a group, received both`);
    writeGroup(group.create_group(checkedName(name, path)), child, `${path}/${name}`);
  }
}

function writeAttribute(group: Group, name: string, value: string | readonly string[]): void {
  if (typeof value === 'string') group.create_attribute(name, value, [], 'S');
  // h5py writes an empty list as one of numbers, since HDF5 has no texts of no length.
  else if (value.length === 0) group.create_attribute(name, new Float64Array(0), [0], '<d');
  else group.create_attribute(name, [...value], [value.length], 'S');
}

function writeDataset(group: Group, name: string, { dtype, shape, data }: ArrayValue, path: string): void {
  if (data.length !== elements(shape))
    throw new ValueError(`\`${path}\` must have ${elements(shape)} values for the shape [${shape.join(', ')}], received ${data.length}`);
  const isBits = data instanceof Uint16Array && (dtype === 'float16' || dtype === 'bfloat16');
  const values = isBits ? widen(data, dtype as HalfDType) : data;
  const code = isBits ? '<f' : CODES[dtype];
  if (code === undefined || Array.isArray(values)) throw new ValueError(`\`${path}\` must be an array of numbers, received ${dtype}`);
  group.create_dataset({ name, data: values as Exclude<typeof values, readonly string[]>, shape: [...shape], dtype: code });
}

function checkedName(name: string, path: string): string {
  if (name === '' || name === '.' || name.includes('/'))
    throw new ValueError(`a name in \`${path}/\` must be without a slash, received ${JSON.stringify(name)}`);
  return name;
}
