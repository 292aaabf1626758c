import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keras } from '../../../src/index.js';
import { bytesField, integerField, mapFields, message } from '../../../src/keras/saving/protobuf.js';
import { MODELS } from './models.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-saved-model-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Fields = Map<number, (bigint | Buffer)[]>;

/** A message's fields by number, as the encoding guide of protocol buffers says. */
function decoded(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = varint();
    const isBytes = (key & 7) === 2;
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), isBytes ? bytes.subarray(at, at + Number(number)) : number]);
    if (isBytes) at += Number(number);
  }
  return fields;
}

const parts = (fields: Fields, number: number): Fields[] => (fields.get(number) ?? []).map((part) => decoded(part as Buffer));
const text = (fields: Fields, number: number): string => String(fields.get(number)?.[0] ?? '');
const mapOf = (fields: Fields, number: number): Map<string, Fields> =>
  new Map(parts(fields, number).map((entry) => [text(entry, 1), decoded(entry.get(2)?.[0] as Buffer)]));

/** What tensorflow/core/protobuf/meta_graph.proto says of a tensor. */
const tensorInfo = (info: Fields) => ({
  name: text(info, 1),
  dtype: Number(info.get(2)?.[0]),
  shape: parts(decoded(info.get(3)?.[0] as Buffer), 2).map((dim) => Number(dim.get(1)?.[0])),
});

async function exported(model: keras.Model) {
  const path = join(folder, 'model');
  await model.export(path);
  expect(readdirSync(path)).toEqual(['saved_model.pb']);
  const saved = decoded(readFileSync(join(path, 'saved_model.pb')));
  const [metaGraph] = parts(saved, 2) as [Fields];
  const [meta, graph] = [1, 2].map((number) => parts(metaGraph, number)[0]) as [Fields, Fields];
  const signatures = mapOf(metaGraph, 5);
  const signature = signatures.get('serving_default') as Fields;
  const side = (number: number) => Object.fromEntries([...mapOf(signature, number)].map(([name, info]) => [name, tensorInfo(info)]));
  const nodes = new Map(parts(graph, 1).map((node) => [text(node, 1), text(node, 2)]));
  return {
    version: saved.get(1)?.[0],
    tags: meta.get(4)?.map(String),
    method: text(signature, 3),
    inputs: side(1),
    outputs: side(2),
    nodes,
    graph: (parts(metaGraph, 2).length === 1 ? metaGraph.get(2)?.[0] : undefined) as Buffer,
  };
}

describe('export', () => {
  it('writes a SavedModel whose signature names the inputs and outputs', async () => {
    const model = (MODELS.functional as () => keras.Model)();
    const { version, tags, method, inputs, outputs, nodes, graph } = await exported(model);
    expect([version, tags, method]).toEqual([1n, ['serve'], 'tensorflow/serving/predict']);
    // DT_FLOAT is 1.
    expect(inputs).toEqual(Object.fromEntries(['a', 'b'].map((name) => [name, { name: expect.any(String), dtype: 1, shape: [-1, 4] }])));
    expect(outputs).toMatchObject({ output_0: { dtype: 1, shape: [-1, 2] }, output_1: { dtype: 1, shape: [-1, 1] } });
    for (const { name } of Object.values(inputs)) expect(nodes.get(name.replace(/:0$/, ''))).toBe('Placeholder');
    for (const { name } of Object.values(outputs)) expect(nodes.get(name.replace(/:0$/, ''))).toBe('Identity');
    // The weights are in the graph, as they are.
    for (const { value } of model.weights) expect(graph.includes(Buffer.from((value.data as Float32Array).buffer))).toBe(true);
    expect([...nodes.values()].filter((type) => /Variable|Fedkeras|Random/.test(type))).toEqual([]);
  });

  it('is of inference: nothing is dropped, and averages are not moved', async () => {
    const { inputs, outputs, nodes } = await exported((MODELS.wrapped as () => keras.Model)());
    expect(Object.values(inputs).map(({ shape }) => shape)).toEqual([[-1, 5, 3]]);
    expect(Object.keys(outputs)).toEqual(['output_0']);
    expect([...nodes.values()].filter((type) => /Random|Fedkeras/.test(type))).toEqual([]);
  });

  it('names outputs by the keys of a dictionary', async () => {
    const x = keras.input({ shape: [3], dtype: 'int32', name: 'x' });
    const model = keras.model({
      inputs: [x],
      outputs: { late: keras.layers.flatten().apply(x), early: keras.layers.embedding({ inputDim: 2, outputDim: 2 }).apply(x) },
    });
    const { inputs, outputs } = await exported(model as unknown as keras.Model);
    // DT_INT32 is 3.
    expect(inputs.x).toMatchObject({ dtype: 3, shape: [-1, 3] });
    expect(outputs).toMatchObject({ early: { dtype: 1, shape: [-1, 3, 2] }, late: { dtype: 3 } });
  });

  it('replaces what is there, and refuses models that are not built and paths that are none', async () => {
    const first = await exported((MODELS.functional as () => keras.Model)());
    expect(first.nodes).not.toEqual((await exported((MODELS.wrapped as () => keras.Model)())).nodes);
    const unbuilt = keras.sequential([keras.layers.dense({ units: 1 })]) as unknown as keras.Model;
    await expect(unbuilt.export(join(folder, 'other'))).rejects.toThrow(/is not built/);
    await expect(unbuilt.export(5 as never)).rejects.toThrow('`path` must be a string, received 5');
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('refuses a model that protocol buffers cannot hold, before it is made', async () => {
    const huge = keras.sequential([keras.input({ shape: [2 ** 15] }), keras.layers.dense({ units: 2 ** 14, name: 'huge' })], {
      name: 'huge',
    });
    await expect((huge as unknown as keras.Model).export(join(folder, 'huge'))).rejects.toThrow(
      'the model `huge` must have less than 2 GiB to be a SavedModel',
    );
  });
});

describe('protocol buffers', () => {
  // The examples of the encoding guide.
  it('are written as the guide says', () => {
    expect([...integerField(1, 150)]).toEqual([0x08, 0x96, 0x01]);
    expect([...integerField(1, -2)]).toEqual([0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    expect([...bytesField(2, 'testing')]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    expect([...bytesField(3, message(integerField(1, 150)))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect([...mapFields(7, [['k', Uint8Array.of(1)]])]).toEqual([0x3a, 0x06, 0x0a, 0x01, 0x6b, 0x12, 0x01, 0x01]);
  });
});
