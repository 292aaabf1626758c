/** Turns the addon's errors into the public ones. */
import { DisposedError, STATUS_NAMES, type StatusName, TensorFlowError, typeError } from '../errors.js';

interface CodedError extends Error {
  readonly code?: string;
}

/** The public error for one that the addon threw: `TensorFlowError` with the status' name, `DisposedError`, or a `TypeError`. */
export function publicError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, message } = error as CodedError;
  if (code === 'ERR_DISPOSED') return new DisposedError(message, { cause: error });
  if (code === 'ERR_INVALID_ARG_TYPE' && !(error instanceof TypeError)) return typeError(message, { cause: error });
  if (code !== undefined && STATUS_NAMES.includes(code as StatusName))
    return new TensorFlowError(code as StatusName, message, { cause: error });
  return error;
}

/** Calls the addon synchronously. */
export function nativeCall<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw publicError(error);
  }
}

/** Awaits a run; an error carries the stack of the caller, not that of the thread pool. */
export async function nativeRun<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw publicError(error);
  }
}
