/** Fingerprints of graphs: whether two processes, perhaps on two machines, have built the same computation. */
import { createHash } from 'node:crypto';
import { binding } from '../native/loader.js';
import type { Tensor } from '../tensor.js';
import { exact } from './exact-json.js';
import type { Graph, Operation, Output } from './graph.js';

/**
 * A hash of what a graph computes: of its ops, how they are connected, their attributes and constants, and its functions.
 *
 * Names do not count, since they depend on what else a process has built, and neither do devices. The graph must be `fingerprinted`. What
 * libtensorflow has added by itself, for gradients, follows from the rest.
 */
export function fingerprint(graph: Graph, inputs: readonly Output[], outputs: readonly Output[]): string {
  const functions = new Map([...graph.functions].map((fn) => [fn.name, fn.fingerprint]));
  const replaced = (key: string, value: unknown): unknown =>
    typeof value === 'string' && functions.has(value) ? functions.get(value) : exact(key, value);
  const hash = createHash('sha256');
  const text = (value: unknown): void => {
    // A line each: no text of JSON has an end of line in it.
    hash.update(`${JSON.stringify(value, replaced)}\n`);
  };
  // Without the places of ops that libtensorflow has added.
  graph.operations.forEach(({ id, type, inputs: from, attributes, constant }: Operation) => {
    const { value, ...others } = attributes;
    text([id, type, from.map((o) => o.endpoint), constant === undefined ? attributes : others]);
    if (constant !== undefined) hash.update(contentOf(constant));
  });
  text([inputs, outputs].map((list) => list.map((o) => o.endpoint)));
  return hash.digest('hex');
}

function contentOf(t: Tensor): string | Uint8Array {
  const head = `${t}\n`;
  if (t.dtype === 'string') return `${head}${JSON.stringify(t.data)}\n`;
  return Buffer.concat([Buffer.from(head), new Uint8Array(binding().tensorData(t.native))]);
}

/** Which inputs of a graph some outputs depend on: all of them where that is not known. */
export function usedInputs(graph: Graph, inputs: readonly Output[], outputs: readonly Output[]): boolean[] {
  const seen = new Set<Operation>();
  const left = outputs.map((o) => graph.own(o).operation);
  for (let operation = left.pop(); operation !== undefined; operation = left.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    // Nobody has told us what an op takes that libtensorflow has added.
    if (graph.operations[operation.id] !== operation) return inputs.map(() => true);
    for (const { operation: from } of operation.inputs) left.push(from);
  }
  return inputs.map((o) => seen.has(o.operation));
}
