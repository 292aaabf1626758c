/** How much a file may unpack to: files are hostile input. */
import { FileFormatError } from '../../errors.js';
import { checkInteger, checkNumber, checkOptions } from '../../validate.js';

/** Limits on what a file may unpack to. */
export interface ReadLimits {
  /** Bytes that a file may unpack to, in all; 4 GiB by default, more than any real model that fits a JavaScript array. */
  readonly maxBytes?: number;
  /**
   * How many times its own size a file may unpack to; 100 by default, as in Keras: weights hardly compress, so more is a bomb.
   * Files that unpack to 16 MiB or less are never refused for this.
   */
  readonly maxRatio?: number;
}

const FLOOR = 2 ** 24;

/** What one file may still unpack to. */
export class Budget {
  readonly #file: string;
  readonly #allowed: number;
  #left: number;

  /** @throws TypeError or ValueError for limits that are no numbers above 0 */
  constructor(file: string, fileBytes: number, limits: ReadLimits = {}) {
    checkOptions('limits', limits, ['maxBytes', 'maxRatio']);
    const maxBytes = checkInteger('maxBytes', limits.maxBytes ?? 2 ** 32, { min: 1 });
    const maxRatio = checkNumber('maxRatio', limits.maxRatio ?? 100, { min: 1 });
    this.#file = file;
    this.#allowed = Math.min(maxBytes, Math.max(FLOOR, maxRatio * fileBytes));
    this.#left = this.#allowed;
  }

  /** Claims memory before it is allocated. @throws FileFormatError where that is more than is left */
  take(bytes: number, what: string): void {
    if (!(bytes >= 0 && bytes <= this.#left))
      throw new FileFormatError(
        this.#file,
        `${what} needs ${bytes} bytes, more than is left of the ${this.#allowed} that the file may unpack to (see \`limits\`)`,
      );
    this.#left -= bytes;
  }
}
