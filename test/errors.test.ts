import { describe, expect, it } from 'vitest';
import {
  ClientTimeoutError,
  DisposedError,
  FileFormatError,
  LibraryNotFoundError,
  RemoteClientError,
  STATUS_NAMES,
  TensorFlowError,
  TooFewClientsError,
  typeError,
  ValueError,
} from '../src/errors.js';

describe('STATUS_NAMES', () => {
  it('has the numbers of TF_Code (tensorflow/c/tf_status.h, which are those of gRPC)', () => {
    expect(STATUS_NAMES).toHaveLength(17);
    const numbers = { OK: 0, CANCELLED: 1, INVALID_ARGUMENT: 3, FAILED_PRECONDITION: 9, UNIMPLEMENTED: 12, UNAUTHENTICATED: 16 };
    for (const [name, number] of Object.entries(numbers)) expect(STATUS_NAMES[number]).toBe(name);
  });
});

describe('errors', () => {
  const cause = new Error('below');
  const all: [Error, string, string, new (...args: never[]) => Error][] = [
    [typeError('m', { cause }), 'TypeError', 'ERR_INVALID_ARG_TYPE', TypeError],
    [new ValueError('m', { cause }), 'ValueError', 'ERR_INVALID_ARG_VALUE', RangeError],
    [new TensorFlowError('ABORTED', 'm', { cause }), 'TensorFlowError', 'ABORTED', Error],
    [new LibraryNotFoundError('m', [], { cause }), 'LibraryNotFoundError', 'ERR_LIBRARY_NOT_FOUND', Error],
    [new DisposedError('m', { cause }), 'DisposedError', 'ERR_DISPOSED', Error],
    [new FileFormatError('f', 'm', { cause }), 'FileFormatError', 'ERR_FILE_FORMAT', Error],
    [new ClientTimeoutError('m', { cause }), 'ClientTimeoutError', 'ERR_CLIENT_TIMEOUT', Error],
    [new RemoteClientError('m', { cause }), 'RemoteClientError', 'ERR_REMOTE_CLIENT', Error],
    [new TooFewClientsError('m', [], { cause }), 'TooFewClientsError', 'ERR_TOO_FEW_CLIENTS', Error],
  ];

  it.each(all)('%s has a name, a code, a base class and a cause', (error, name, code, base) => {
    expect(error).toBeInstanceOf(base);
    expect(error).toMatchObject({ name, code, cause });
    expect(error.stack).toContain('errors.test.ts');
  });

  it('carry what they are about', () => {
    expect(new LibraryNotFoundError('m', ['here', 'there']).searched).toEqual(['here', 'there']);
    const error = new FileFormatError('a.keras', 'is cut off');
    const failures = [{ position: 1, error }];
    expect(new TooFewClientsError('m', failures).failures).toEqual(failures);
    expect([error.file, error.message]).toEqual(['a.keras', 'a.keras: is cut off']);
  });
});
