/** JSON inside of files: Python's dialect, with limits. */
import { FileFormatError } from '../../errors.js';

// Far above any model's configuration: the largest known are a few megabytes.
const MAX_BYTES = 2 ** 26;
const MAX_DEPTH = 256;

/**
 * Parses a JSON member of a file. `Infinity` and `-Infinity`, which Python writes, are understood; `NaN` becomes `null`.
 *
 * @param member For messages: which part of the file it is.
 * @throws FileFormatError for more than 64 MiB, more than 256 levels, invalid UTF-8 or invalid JSON
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
  if (nesting(text) > MAX_DEPTH) throw new FileFormatError(file, `${member} is nested more than ${MAX_DEPTH} levels deep`);
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

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x5d || c === 0x7d) depth--;
  }
  return deepest;
}
