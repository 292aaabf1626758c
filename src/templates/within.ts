/** Limits of what is awaited. */
import { ClientTimeoutError } from '../errors.js';

/** What a promise gives, unless a signal or the time comes first: what it gives then is of no account. `name` is of whom it is awaited, for the message. */
export async function within<T>(
  promise: Promise<T>,
  { signal, milliseconds }: { readonly signal: AbortSignal | undefined; readonly milliseconds: number | undefined },
  name: string,
  what = 'its data',
): Promise<T> {
  if (signal === undefined && milliseconds === undefined) return promise;
  let abort = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (milliseconds !== undefined)
      timer = setTimeout(() => reject(new ClientTimeoutError(`${name} took longer than ${milliseconds} ms for ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal?.removeEventListener('abort', abort);
    clearTimeout(timer);
  }
}
