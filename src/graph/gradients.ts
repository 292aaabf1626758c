/**
 * Reverse-mode differentiation of a graph.
 *
 * Ops have rules in our own table, which know sizes when the graph is built and so add fewer ops than libtensorflow's (a product of equal
 * shapes needs no run-time search for broadcast axes). An op without a rule is differentiated by libtensorflow, by itself:
 * `TF_AddGradients` walks on through whatever leads to its `xs`, so it is given a copy of the op behind `StopGradient`s, which
 * TensorFlow merges with the original. One call per op costs time in the size of the graph; that is why common ops have rules.
 */
import { TensorFlowError, ValueError } from '../errors.js';
import { RULES } from './gradient-rules/index.js';
import { type Composite, type Graph, graphOf, type Operation, Output } from './graph.js';
import { isDifferentiable } from './graph-type.js';
import { onesLike } from './ops/array.js';
import { addN, stopGradient } from './ops/math.js';
import { isRowWise, sharedGradients, type Use } from './shared-operand.js';

type Gradients = readonly (Output | null)[];

/** Something that has a gradient: an op, or a composite. */
interface Unit {
  readonly inputs: readonly Output[];
  readonly outputs: readonly Output[];
  /** From the outputs' gradients to the inputs'; those that are not `needed` may be left out. */
  readonly differentiate: (dys: Gradients, needed: readonly boolean[]) => Gradients;
  /** The op itself where its second input may be shared by others of its kind. */
  readonly rowWise?: Operation;
}

/**
 * The gradients of `Σ ys · dys` with respect to each of `xs`, in the graph of `ys`; `null` where `ys` do not depend on one.
 *
 * @param dys Gradients of the `ys`, one for each; ones by default.
 * @throws TensorFlowError where an op has no gradient, naming the op; ValueError for another number of `dys` than of `ys`.
 */
export function gradients(ys: readonly Output[], xs: readonly Output[], dys?: readonly Output[]): (Output | null)[] {
  const graph = graphOf(ys);
  if (dys !== undefined && dys.length !== ys.length)
    throw new ValueError(`\`dys\` must be ${ys.length} gradients as there are \`ys\`, received ${dys.length}`);
  const targets = xs.map((x) => graph.own(x));
  const reached = new Set(targets.map((x) => x.key));
  const path = [...units(graph)].filter((unit) => {
    if (!unit.inputs.some((input) => reached.has(input.key))) return false;
    for (const output of unit.outputs) if (isDifferentiable(output.dtype)) reached.add(output.key);
    return true;
  });

  const contributions = new Map<number, Output[]>();
  const contribute = (y: Output, dy: Output): void => {
    const list = contributions.get(y.key);
    if (list === undefined) contributions.set(y.key, [dy]);
    else list.push(dy);
  };
  const uses = new Map<number, Use[]>();
  const total = (y: Output): Output | null => {
    for (const dy of sharedGradients(uses.get(y.key) ?? [])) contribute(y, dy);
    uses.delete(y.key);
    const list = contributions.get(y.key);
    if (list === undefined) return null;
    if (list.length > 1) contributions.set(y.key, [addN(list)]);
    return contributions.get(y.key)?.[0] as Output;
  };

  ys.map((y) => graph.own(y)).forEach((y, i) => {
    const dy = dys?.[i];
    contribute(y, dy !== undefined ? graph.own(dy) : y.shape?.length === 0 ? graph.constant(1, y.dtype) : onesLike(y));
  });
  for (const unit of path.reverse()) {
    const unitDys = unit.outputs.map(total);
    if (unitDys.every((dy) => dy === null)) continue;
    const needed = unit.inputs.map((input) => reached.has(input.key));
    if (unit.rowWise !== undefined && needed[1]) {
      const { key } = unit.inputs[1] as Output;
      const use = { operation: unit.rowWise, dy: unitDys[0] as Output };
      if (uses.get(key)?.push(use) === undefined) uses.set(key, [use]);
      needed[1] = false;
    }
    unit.differentiate(unitDys, needed).forEach((dx, i) => {
      if (dx !== null && needed[i]) contribute(unit.inputs[i] as Output, dx);
    });
  }
  return targets.map(total);
}

/**
 * Marks what `forward` adds as one piece with a gradient of its own: for a whole that is cheaper, or only possible, to differentiate by hand.
 *
 * @param inputs What the piece depends on and should have gradients for.
 * @param gradient From the outputs' gradients (`null` where an output is not used) to the inputs'.
 * @throws ValueError for an output that was there before.
 */
export function customGradient(
  inputs: readonly Output[],
  forward: () => readonly Output[],
  gradient: (dys: Gradients) => Gradients,
): Output[] {
  const graph = graphOf(inputs);
  const first = graph.operations.length;
  const outputs = [...forward()];
  if (outputs.some((o) => o.graph !== graph || o.operation.id < first))
    throw new ValueError('the outputs of a piece with its own gradient must be made in it, in the graph of its inputs');
  if (outputs.length > 0)
    graph.composites.push({ inputs: inputs.map((o) => graph.own(o)), outputs, gradient, first, last: graph.operations.length - 1 });
  return outputs;
}

/** The graph's operations in order, which is a topological one; a composite is one. */
function* units(graph: Graph): Generator<Unit> {
  const starts = new Map<number, Composite>();
  for (const composite of graph.composites) {
    const known = starts.get(composite.first);
    if (known === undefined || known.last < composite.last) starts.set(composite.first, composite);
  }
  for (let id = 0; id < graph.operations.length; id++) {
    const composite = starts.get(id);
    if (composite !== undefined) {
      yield { inputs: composite.inputs, outputs: composite.outputs, differentiate: composite.gradient };
      id = composite.last;
      continue;
    }
    // Ops that libtensorflow itself has added are not recorded.
    const operation: Operation | undefined = graph.operations[id];
    if (operation === undefined || operation.type === 'StopGradient') continue;
    const rule = RULES[operation.type];
    yield {
      inputs: operation.inputs,
      outputs: operation.outputs,
      differentiate: rule === undefined ? byLibrary(graph, operation) : (dys, needed) => rule(operation, dys, needed),
      ...(isRowWise(operation) ? { rowWise: operation } : {}),
    };
  }
}

/** libtensorflow's own gradient of one op; it has no gradient in turn. */
const byLibrary =
  (graph: Graph, operation: Operation) =>
  (dys: Gradients): Gradients => {
    const first = graph.operations.length;
    const barriers: Output[] = [];
    const barrier = (input: Output): Output => {
      const own = isDifferentiable(input.dtype) ? stopGradient(input) : input;
      barriers.push(own);
      return own;
    };
    const copy = graph.op(
      operation.type,
      operation.arguments.map((input) => (input instanceof Output ? barrier(input) : input.map(barrier))),
      operation.attributes,
    );
    const used = copy.filter((_, i) => dys[i] !== null);
    const given = dys.filter((dy) => dy !== null);
    const found = graph.addGradients(used, barriers, given);
    graph.composites.push({
      inputs: [...operation.inputs, ...given],
      outputs: found.filter((dx) => dx !== null),
      gradient: () => {
        throw new TensorFlowError('UNIMPLEMENTED', `the gradient of ${operation.type} (\`${operation.name}\`) has no gradient in turn`);
      },
      first,
      last: graph.operations.length - 1,
    });
    return found;
  };
