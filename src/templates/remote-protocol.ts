/** What a server and a remote client know of their messages before there are any. */
import { createHash } from 'node:crypto';
import { ValueError } from '../errors.js';
import type { ClientSignature } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import { packageVersion } from '../native/platform.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';

/** What both sides know of the messages about a computation of a client. */
export interface Protocol {
  readonly fingerprint: Uint8Array;
  /** What all clients of a round get. */
  readonly shared: readonly TensorSpec[];
  /** The places of those that travel: what a client does not use is none of its business. */
  readonly sent: readonly number[];
  /** The place of the entropy, which never travels: each side has its own. */
  readonly entropy: number;
  /** What a client gets of its own. */
  readonly own: readonly TensorSpec[];
  /** What comes back: what is combined over the clients, then what is the client's. */
  readonly combined: readonly { readonly spec: TensorSpec; readonly finite: boolean }[];
  readonly returned: Tree<TensorSpec>;
}

/** @param finite Those of the combined outputs that no client may give a number that is not finite for. @throws ValueError for something of a size that is not known, or of texts */
export function protocolOf(
  { fingerprint, used, outputs }: ClientSignature,
  shared: Readonly<Record<string, Tree<TensorSpec>>>,
  own: Tree<TensorSpec>,
  finite: ReadonlySet<Output>,
): Protocol {
  const paths = flatten(mapTree(shared as Tree<TensorSpec>, (_, path) => path));
  const entropy = paths.indexOf('entropy');
  const known = (what: string, { shape, dtype }: Pick<Output, 'shape' | 'dtype'>): TensorSpec => {
    if (shape === null || shape.includes(null) || dtype === 'string')
      throw new ValueError(
        `\`clients\` must not be remote where a client ${what} ${dtype} of shape ${shape === null ? '?' : `[${shape}]`}`,
      );
    return tensorSpec(shape, dtype) as TensorSpec;
  };
  const got = (spec: TensorSpec): TensorSpec => known('gets', spec);
  const given = (output: Output): TensorSpec => known('gives', output);
  return {
    fingerprint: createHash('sha256').update(`${packageVersion()}\n${fingerprint}`).digest(),
    shared: flatten(shared as Tree<TensorSpec>).map(got),
    sent: used.flatMap((isUsed, i) => (isUsed && i !== entropy ? [i] : [])),
    entropy,
    own: flatten(own).map(got),
    combined: flatten(outputs.combined).map((o) => ({ spec: given(o), finite: finite.has(o) })),
    returned: mapTree(outputs.returned, given),
  };
}

/** What a request's tensors are. */
export const requestSpecs = ({ shared, sent, own }: Protocol): TensorSpec[] => [...sent.map((i) => shared[i] as TensorSpec), ...own];

/** What an answer's tensors are. */
export const answerSpecs = ({ combined, returned }: Protocol): TensorSpec[] => [...combined.map(({ spec }) => spec), ...flatten(returned)];
