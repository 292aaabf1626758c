/**
 * The errors that fedkeras throws.
 *
 * `TypeError` and `ValueError` keep TFF's meaning: a `TypeError` says that an argument is of the wrong kind, a `ValueError`
 * that it is of the right kind but not acceptable. Every error carries a stable `code`.
 */

/** Names of libtensorflow's status codes, by number (`TF_Code`, tensorflow/c/tf_status.h). */
export const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type StatusName = (typeof STATUS_NAMES)[number];

/** An argument of the right type with an unacceptable value; `code` is `ERR_INVALID_ARG_VALUE`. */
export class ValueError extends RangeError {
  override readonly name = 'ValueError';
  readonly code = 'ERR_INVALID_ARG_VALUE';
}

class InvalidArgType extends TypeError {
  readonly code = 'ERR_INVALID_ARG_TYPE';
}

/** Makes the `TypeError` (with `code: 'ERR_INVALID_ARG_TYPE'`) for an argument of the wrong type. */
export function typeError(message: string, options?: ErrorOptions): TypeError & { readonly code: 'ERR_INVALID_ARG_TYPE' } {
  return new InvalidArgType(message, options);
}

/** libtensorflow reported a failure; `code` is the name of its status, for example `INVALID_ARGUMENT`. */
export class TensorFlowError extends Error {
  override readonly name = 'TensorFlowError';
  readonly code: StatusName;

  constructor(code: StatusName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** libtensorflow, this package's own addon, or a package that only some functions need was not found or has the wrong version. */
export class LibraryNotFoundError extends Error {
  override readonly name = 'LibraryNotFoundError';
  readonly code = 'ERR_LIBRARY_NOT_FOUND';
  /** Every place that was searched, in order, each with what was found there. */
  readonly searched: readonly string[];

  constructor(message: string, searched: readonly string[], options?: ErrorOptions) {
    super(message, options);
    this.searched = searched;
  }
}

/** A tensor, model or computation was used after it had been disposed. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';
  readonly code = 'ERR_DISPOSED';
}

/** A file is damaged, hostile, or of a format that is not supported; nothing was loaded from it. */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError';
  readonly code = 'ERR_FILE_FORMAT';
  /** The file, or the name it was given by. */
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.file = file;
  }
}

/** A client took longer for its data, or a remote one for its answer, than `clientTimeout` gives it. */
export class ClientTimeoutError extends Error {
  override readonly name = 'ClientTimeoutError';
  readonly code = 'ERR_CLIENT_TIMEOUT';
}

/** A message between a server and a remote client is not what it must be, or the client has said that it failed. */
export class RemoteClientError extends Error {
  override readonly name = 'RemoteClientError';
  readonly code = 'ERR_REMOTE_CLIENT';
}

/** So many clients of a round have failed that the others are not enough. */
export class TooFewClientsError extends Error {
  override readonly name = 'TooFewClientsError';
  readonly code = 'ERR_TOO_FEW_CLIENTS';
  /** The clients that have failed until then, by their places in the list of clients, and what each has failed with. */
  readonly failures: readonly { readonly position: number; readonly error: unknown }[];

  constructor(message: string, failures: TooFewClientsError['failures'], options?: ErrorOptions) {
    super(message, options);
    this.failures = failures;
  }
}
