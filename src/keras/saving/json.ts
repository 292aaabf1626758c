/** JSON inside of files: Python's dialect, with limits. */
import { FileFormatError } from '../../errors.js';

// Far above any model's configuration: the largest known are a few megabytes.
const MAX_BYTES = 2 ** 26;
const MAX_DEPTH = 256;
// A value of two bytes takes up to a hundred in memory.
const MAX_VALUES = 2 ** 21;

/**
 * Parses a JSON member of a file. `Infinity` and `-Infinity`, which Python writes, are understood; `NaN` becomes `null`.
 *
 * @param member For messages: which part of the file it is.
 * @throws FileFormatError for more than 64 MiB, 256 levels or 2 million values, invalid UTF-8 or invalid JSON
 */
export function parseJson(bytes: Uint8Array, file: string, member: string): unknown {
  if (bytes.length > MAX_BYTES) throw new FileFormatError(file, `${member} is larger than ${MAX_BYTES} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FileFormatError(file, `${member} is not valid UTF-8`, { cause });
  }
  return parseJsonText(text, file, member);
}

/** `parseJson` for text, such as an attribute's value. */
export function parseJsonText(text: string, file: string, member: string): unknown {
  if (text.length > MAX_BYTES) throw new FileFormatError(file, `${member} is longer than ${MAX_BYTES} characters`);
  // Whoever walks the value recurses, so the depth is bounded before there is a value.
  const { depth, values } = extent(text);
  if (depth > MAX_DEPTH) throw new FileFormatError(file, `${member} is nested more than ${MAX_DEPTH} levels deep`);
  if (values > MAX_VALUES) throw new FileFormatError(file, `${member} has more than ${MAX_VALUES} values`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const finite = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => PYTHON_NUMBERS[token] ?? token);
    try {
      return JSON.parse(finite);
    } catch {
      throw new FileFormatError(file, `${member} is not valid JSON: ${(cause as Error).message}`, { cause });
    }
  }
}

const PYTHON_NUMBERS: Readonly<Record<string, string>> = { Infinity: '1e999', '-Infinity': '-1e999', NaN: 'null' };

/** How deep the text is nested, and how many values it has at most. */
function extent(text: string): { readonly depth: number; readonly values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x2c) values++;
    else if (c === 0x5b || c === 0x7b) {
      values++;
      deepest = Math.max(deepest, ++depth);
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return { depth: deepest, values };
}
