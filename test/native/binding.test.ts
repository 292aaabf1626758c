/** The addon itself: its functions one by one, its handles, its errors. What it computes is tested in native/test. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Endpoint, NativeGraph, NativeTensor } from '../../src/native/binding.js';
import { binding } from '../../src/native/loader.js';

const native = binding();
const FLOAT32 = 1;
const STRING = 7;
const INT32 = 3;
const INT64 = 9;
const FLOAT16 = 19;

const floats = (...values: number[]) => native.tensorNew(FLOAT32, [values.length], new Float32Array(values));
const values = (tensor: NativeTensor | undefined) => [...new Float32Array(native.tensorData(tensor as NativeTensor))];
const error = (action: () => unknown): { code?: string; message: string } => {
  try {
    action();
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('nothing was thrown');
};

let named = 0;
function add(graph: NativeGraph, type: string, inputs: Endpoint[] = [], attributes: Parameters<typeof native.graphAddOperation>[4] = {}) {
  return native.graphAddOperation(graph, type, `${type}_${named++}`, inputs, attributes, [], '').op * 65536;
}

/** A computation of `x + y` and `x * y`, of which `y` may be read where it is. */
function sumAndProduct(isAtPlaces = false) {
  const graph = native.graphNew();
  const input = (dtype: number) => add(graph, 'Placeholder', [], { dtype, shape: { shape: null } });
  const row = (i: number) => add(graph, 'Const', [], { dtype: INT32, value: native.tensorNew(INT32, [1, 1], Int32Array.of(i)) });
  const [x, fed] = [input(FLOAT32), input(isAtPlaces ? INT64 : FLOAT32)];
  const y = isAtPlaces ? add(graph, 'FedkerasRowsOfClients', [fed, row(0), row(2)], { T: FLOAT32 }) : fed;
  const fetches = [add(graph, 'AddV2', [x, y]), add(graph, 'Mul', [x, y])];
  return native.computationNew(graph, [x, fed], fetches, [], new Uint8Array());
}

async function collectGarbage() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Finalizers run in a later turn of the event loop.
  for (let i = 0; i < 3; i++) {
    collect();
    await setImmediate();
  }
}

describe('tensors', () => {
  it('come back as they went in', () => {
    const bigints = native.tensorNew(INT64, [2, 1], new BigInt64Array([2n ** 62n, -1n]));
    expect(native.tensorInfo(bigints)).toEqual({ dtype: INT64, shape: [2, 1], byteLength: 16 });
    expect([...new BigInt64Array(native.tensorData(bigints))]).toEqual([2n ** 62n, -1n]);
    const part = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    expect(values(native.tensorNew(FLOAT32, [2], part))).toEqual([2, 3]);
    const view = new DataView(new Uint8Array([0, 0x3c]).buffer);
    expect(new Uint8Array(native.tensorData(native.tensorNew(FLOAT16, [], view)))).toEqual(new Uint8Array([0, 0x3c]));
  });

  it('hold strings and bytes', () => {
    const bytes = new Uint8Array([0, 255]);
    const tensor = native.tensorFromStrings([2, 1], ['ä'.repeat(20), bytes]);
    expect(native.tensorInfo(tensor).dtype).toBe(STRING);
    expect(native.tensorStrings(tensor)).toEqual([new TextEncoder().encode('ä'.repeat(20)), bytes]);
    expect(error(() => native.tensorData(tensor)).code).toBe('INVALID_ARGUMENT');
  });

  it('are copies: what JavaScript does to its array is not seen', () => {
    const array = new Float32Array([1, 2]);
    const tensor = native.tensorNew(FLOAT32, [2], array);
    array[0] = 9;
    new Float32Array(native.tensorData(tensor))[1] = 9;
    expect(values(tensor)).toEqual([1, 2]);
  });

  it('refuse what does not fit', () => {
    expect(error(() => native.tensorNew(FLOAT32, [3], new Float32Array(2)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: '`data` must have the 12 bytes of [3] float32, received 8',
    });
    expect(error(() => native.tensorNew(FLOAT32, [1.5], new Float32Array(2)))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: '`shape` must be an integer',
    });
    expect(error(() => native.tensorNew(FLOAT32, [2], [1, 2] as never))).toBeInstanceOf(TypeError);
  });
});

describe('handles', () => {
  it('of another kind are refused', () => {
    const graph = native.graphNew();
    for (const wrong of [graph, undefined, null, 5, {}, 'x', Object.create(null)]) {
      expect(error(() => native.tensorInfo(wrong as never))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
        message: '`tensor` must be a tensor',
      });
    }
    expect(error(() => native.graphToProto(floats(1) as never))).toMatchObject({ message: '`graph` must be a graph' });
  });

  it('are dead when disposed, which may happen twice', () => {
    const tensor = floats(1);
    const graph = native.graphNew();
    const computation = sumAndProduct();
    const accumulator = native.accumulatorNew(['sum'], null);
    const dispose = () => {
      native.tensorDispose(tensor);
      native.graphDispose(graph);
      native.computationDispose(computation);
      native.accumulatorDispose(accumulator);
    };
    dispose();
    dispose();
    const uses = [
      () => native.tensorInfo(tensor),
      () => native.graphToProto(graph),
      () => native.computationRun(computation, []),
      () => native.accumulatorTake(accumulator, 1),
    ];
    for (const use of uses) expect(error(use).code).toBe('ERR_DISPOSED');
    expect(error(() => native.tensorInfo(tensor)).message).toBe('`tensor` is disposed');
  });

  it('that are disposed by a getter, while an argument is read, do no harm', () => {
    const tensor = floats(1, 2);
    const evil = {
      get shape() {
        native.graphDispose(graph);
        native.tensorDispose(tensor);
        return [2];
      },
    };
    const graph = native.graphNew();
    const attributes = { dtype: FLOAT32, value: tensor, _shape: evil };
    expect(native.graphAddOperation(graph, 'Const', 'c', [], attributes, [], '')).toEqual({ op: 0, dtypes: [FLOAT32], shapes: [[2]] });
    expect(error(() => native.graphToProto(graph)).code).toBe('ERR_DISPOSED');
  });

  it('that are forgotten free what they hold', async () => {
    await collectGarbage();
    const before = native.stats();
    (() => {
      for (let i = 0; i < 100; i++) {
        floats(1, 2, 3);
        native.accumulatorNew(['sum'], null);
      }
      native.graphToFunction(native.graphNew(), 'Empty', [], [], null);
      sumAndProduct();
    })();
    expect(native.stats().tensors).toBe(before.tensors + 100);
    await collectGarbage();
    expect(native.stats()).toEqual(before);
  });
});

describe('graphs', () => {
  it('tell dtypes and shapes, and which attributes there are', () => {
    const graph = native.graphNew();
    const x = native.graphAddOperation(graph, 'Placeholder', 'x', [], { dtype: FLOAT32, shape: { shape: [-1, 2] } }, [], '');
    expect(x).toEqual({ op: 0, dtypes: [FLOAT32], shapes: [[-1, 2]] });
    expect(error(() => native.graphAddOperation(graph, 'Neg', 'n', [0], { axis: 1 }, [], ''))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'op Neg has no attribute `axis`; it has: T',
    });
    expect(error(() => native.graphAddOperation(graph, 'Neg', 'n', [0], { T: (() => 1) as never }, [], ''))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: '`attributes.T` must be a boolean, number, bigint, string, tensor, shape or a list',
    });
    expect(native.graphAddOperation(graph, 'Neg', 'n', [0], {}, [0], '').op).toBe(1);
    expect(native.graphToProto(graph).byteLength).toBeGreaterThan(0);
  });

  it('add gradients, -1 where there is none', () => {
    const graph = native.graphNew();
    const x = add(graph, 'Placeholder', [], { dtype: FLOAT32, shape: { shape: [3] } });
    const other = add(graph, 'Placeholder', [], { dtype: FLOAT32, shape: { shape: [3] } });
    const gradients = native.graphAddGradients(graph, [add(graph, 'Square', [x])], [x, other], [other]);
    expect(gradients).toEqual([
      { endpoint: expect.any(Number), dtype: FLOAT32, shape: [3] },
      { endpoint: -1, dtype: 0, shape: null },
    ]);
  });

  it('become functions of others', async () => {
    const body = native.graphNew();
    const x = add(body, 'Placeholder', [], { dtype: FLOAT32, shape: { shape: null } });
    const fn = native.graphToFunction(body, 'Negative', [x], [add(body, 'Neg', [x])], ['negative']);
    const graph = native.graphNew();
    native.graphCopyFunction(graph, fn);
    native.functionDispose(fn);
    const y = add(graph, 'Placeholder', [], { dtype: FLOAT32, shape: { shape: null } });
    const computation = native.computationNew(graph, [y], [add(graph, 'Negative', [y])], [], new Uint8Array());
    expect(values((await native.computationRun(computation, [floats(1, -2)]))[0])).toEqual([-1, 2]);
  });
});

describe('runs', () => {
  it('give each fetch', async () => {
    const [sum, product] = await native.computationRun(sumAndProduct(), [floats(1, 2), floats(3, 4)]);
    expect([values(sum), values(product)]).toEqual([
      [4, 6],
      [3, 8],
    ]);
  });

  it('of many accumulate the first fetches and return the others', async () => {
    const accumulator = native.accumulatorNew(['sum'], null);
    const items = [1, 2, 3].map((value) => [floats(value)]);
    const results = await native.computationRunMany(sumAndProduct(), [floats(10)], items, accumulator, 1, 1, null, null);
    expect(results.map((item) => item.map(values))).toEqual([[[10]], [[20]], [[30]]]);
    native.accumulatorAdd(accumulator, 0, [floats(0.5)]);
    expect(native.accumulatorTake(accumulator, 4).map(values)).toEqual([[36.5]]);
  });

  it('of many take values that are copied, and items together', async () => {
    const rows = (...values: number[]) => [1, [2], Float32Array.from(values)] as const;
    const items = [[rows(1, 2)], [floats(3, 4)], [rows(5, 6)]];
    const run = (ofClients: boolean[] | null) =>
      native.computationRunMany(sumAndProduct(ofClients !== null), [floats(10)], items, null, 0, 0, null, ofClients);
    const expected = [1, 3, 5].map((v) => [
      [v + 10, v + 11],
      [10 * v, 10 * (v + 1)],
    ]);
    expect((await run(null)).map((item) => item.map(values))).toEqual(expected);
    expect((await run([true])).map((item) => item.map(values))).toEqual(expected);
  });

  it('outlive their handles', async () => {
    const computation = sumAndProduct();
    const feeds = [floats(1), floats(2)];
    const run = native.computationRun(computation, feeds);
    native.computationDispose(computation);
    for (const feed of feeds) native.tensorDispose(feed);
    expect((await run).map(values)).toEqual([[3], [2]]);
  });

  it('are rejected with the status and the index of the failing item', async () => {
    const items = [[floats(1, 2)], [floats(1)], [floats(1, 2, 3)]];
    await expect(native.computationRunMany(sumAndProduct(), [floats(1, 2)], items, null, 0, 0, null, null)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      index: 2,
      message: expect.stringContaining('Incompatible shapes'),
    });
  });

  it('are rejected when cancelled before they begin', async () => {
    const cancellation = native.cancellationNew();
    native.cancellationCancel(cancellation);
    const run = native.computationRunMany(sumAndProduct(), [], [[floats(1), floats(2)]], null, 0, 0, cancellation, null);
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED', message: 'cancelled when 0 of 1 items had begun' });
  });

  it('refuse wrong arguments at once', () => {
    const computation = sumAndProduct();
    expect(error(() => native.computationRun(computation, [floats(1)]))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(error(() => native.computationRunMany(computation, [floats(1)], [[floats(1)], []], null, 0, 0, null, null))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: '`items[1]` must have 1 tensors, received 0',
    });
    const run = (items: unknown, ofClients: unknown = null) =>
      error(() => native.computationRunMany(computation, [floats(1)], items as never, null, 0, 0, null, ofClients as never));
    expect(run([[[1, [2], Float32Array.of(1)]]]).message).toMatch(/must have the 8 bytes of \[2\] float32, received 4/);
    expect(run([[[1, 'two', Float32Array.of(1)]]]).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(run([[[1, [1]]]]).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(run([[[7, [1], Float32Array.of(1)]]]).code).toBe('INVALID_ARGUMENT');
    expect(run([[floats(1)]], [true, false]).message).toMatch(/must be about the 1 feeds of an item, received 2/);
    expect(run([[floats(1)]], [1]).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(error(() => native.setConcurrency(0)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(error(() => native.accumulatorNew(['mean' as never], null)).message).toBe("`reductions` must be of 'sum' and 'stack'");
    expect(error(() => native.loadLibrary('/no/other', 3)).code).toBe('FAILED_PRECONDITION');
  });
});
