import { expect, it } from 'vitest';
import { DisposedError, TensorFlowError } from '../../src/errors.js';
import { nativeCall, nativeRun, publicError } from '../../src/graph/native-call.js';

const coded = (code: string, message = 'what it is') => Object.assign(new Error(message), { code });

it('errors of the addon become public ones by their codes, with it for a cause', () => {
  const kinds: [string, new (...args: never[]) => Error][] = [
    ['ERR_DISPOSED', DisposedError],
    ['ERR_INVALID_ARG_TYPE', TypeError],
    ['INVALID_ARGUMENT', TensorFlowError],
  ];
  for (const [code, kind] of kinds) {
    const error = coded(code);
    const made = publicError(error) as Error;
    expect(made).toBeInstanceOf(kind);
    expect([made.message, made.cause]).toEqual(['what it is', error]);
  }
  expect(publicError(coded('RESOURCE_EXHAUSTED'))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
});

it('all others stay what they are', async () => {
  for (const other of [coded('ENOENT'), new Error('plain'), 'text', undefined]) {
    expect(publicError(other)).toBe(other);
    await expect(nativeRun(Promise.reject(other))).rejects.toBe(other);
  }
  expect([nativeCall(() => 3), await nativeRun(Promise.resolve(4))]).toEqual([3, 4]);
  expect(() =>
    nativeCall(() => {
      throw coded('INVALID_ARGUMENT');
    }),
  ).toThrow(TensorFlowError);
});
