/** Loops and branches: functions in the graph's library, and the ops that run them. */
import { typeError, ValueError } from '../errors.js';
import type { Shape } from '../tensor-spec.js';
import { everyones, ofEach } from './clients-rules/rule.js';
import { Graph, type GraphFunction, NotOfClientsError, type Output, ofOneClient } from './graph.js';
import { typeNumber } from './graph-type.js';
import { op } from './ops/core.js';

// Functions of all graphs share one counter: a function is copied from graph to graph under its name.
let functionCount = 0;
const functionName = (kind: string): string => `${kind}_${functionCount++}`;

/** A function body under construction: its graph, its own inputs, its results. */
interface Body {
  readonly graph: Graph;
  readonly inputs: readonly Output[];
  readonly outputs: readonly Output[];
}

function trace(
  parent: Graph,
  inputs: readonly Output[],
  shapes: readonly (Shape | null)[],
  fn: (inputs: Output[]) => readonly Output[],
  isOfClients: readonly boolean[] = inputs.map((input) => input.isOfClients),
): Body {
  const graph = new Graph(parent);
  const own = inputs.map((input, i) => {
    const shape = shapes[i] ?? input.shape;
    if (shape === null) throw new ValueError(`the rank of input ${i} (${input}) must be known`);
    return graph.placeholder({ shape, dtype: input.dtype }, 'input', isOfClients[i]);
  });
  return { graph, inputs: own, outputs: fn([...own]).map((o) => graph.own(o)) };
}

/** The body of a loop: a variable of which each client has its own after a step is one from the start. */
function traceStep(
  parent: Graph,
  start: readonly Output[],
  shapes: readonly (Shape | null)[],
  fn: (variables: Output[]) => readonly Output[],
): Body {
  for (let isOfClients = start.map((o) => o.isOfClients); ; ) {
    const body = trace(parent, start, shapes, fn, isOfClients);
    const known = isOfClients;
    const next = known.map((is, i) => is || body.outputs[i]?.isOfClients === true);
    if (next.every((is, i) => is === known[i])) return body;
    body.graph.dispose();
    isOfClients = next;
  }
}

/** What the bodies use of the parent's outputs; afterwards every body has a placeholder for each. */
function shareCaptures(parent: Graph, bodies: readonly Body[]): Output[] {
  const captured = [...new Set(bodies.flatMap(({ graph }) => [...graph.captures.keys()]).filter((o) => o.graph === parent))];
  for (const { graph } of bodies) for (const output of captured) graph.own(output);
  return captured;
}

function finish(parent: Graph, kind: string, body: Body, captured: readonly Output[], passThrough: boolean): GraphFunction {
  const placeholders = captured.map((o) => body.graph.own(o));
  const fn = body.graph.toFunction(
    functionName(kind),
    [...body.inputs, ...placeholders],
    passThrough ? [...body.outputs, ...placeholders] : body.outputs,
  );
  parent.use(fn);
  body.graph.dispose();
  return fn;
}

/**
 * Runs `body` on the loop variables while `condition` holds, and returns the variables' last values.
 *
 * Outputs of enclosing graphs may be used in both; they are loop invariants and cost nothing per iteration.
 *
 * @param shapes For each variable whose size changes between iterations, its shape with `null` there; else the initial value's.
 * @throws ValueError where `body` returns another number of values, or another element type or rank, than there are variables.
 */
export function whileLoop(
  graph: Graph,
  initial: readonly Output[],
  condition: (variables: Output[]) => Output,
  body: (variables: Output[]) => readonly Output[],
  shapes: readonly (Shape | null)[] = [],
): Output[] {
  const start = initial.map((o) => graph.own(o));
  const step = traceStep(graph, start, shapes, body);
  const isOfClients = step.inputs.map((o) => o.isOfClients);
  const test = trace(graph, start, shapes, (variables) => [condition(variables)], isOfClients);
  if (step.outputs.length !== start.length)
    throw new ValueError(`\`body\` must return ${start.length} values, received ${step.outputs.length}`);
  step.outputs.forEach((output, i) => {
    const variable = step.inputs[i] as Output;
    if (output.dtype !== variable.dtype)
      throw typeError(`value ${i} of \`body\` must be ${variable.dtype} as the loop variable is, received ${output}`);
    if (output.shape !== null && output.shape.length !== variable.rank)
      throw new ValueError(`value ${i} of \`body\` must have ${variable.rank} axes as the loop variable has, received ${output}`);
  });
  if (test.outputs.some((o) => o.isOfClients)) throw new NotOfClientsError('StatelessWhile');
  const results = step.outputs.map((o, i) => (isOfClients[i] ? ofEach(o) : o));
  const captured = shareCaptures(graph, [step, test]);
  const cond = finish(graph, 'cond', test, captured, false);
  const loop = finish(graph, 'body', { ...step, outputs: results }, captured, true);
  const specs = [...step.inputs, ...captured].map(everyones).map(({ shape }) => ({ shape: shape?.map((s) => s ?? -1) ?? null }));
  const initials = [...start.map((o, i) => (isOfClients[i] ? ofEach(o) : o)), ...captured.map(everyones)];
  const outputs = graph.op('StatelessWhile', [initials], {
    // In line, or else run as functions: which is better, the session's executor says.
    cond: cond.name,
    body: loop.name,
    output_shapes: specs,
    _lower_using_switch_merge: true,
  });
  return outputs.slice(0, start.length).map((o, i) => (isOfClients[i] ? ofOneClient(o.operation, o.index, o) : o));
}

/** What is known of a value that is `x` or `y`, `-1` for sizes that differ or are unknown. */
const commonShape = ({ shape: x }: Output, { shape: y }: Output): number[] | null =>
  x === null || y === null || x.length !== y.length ? null : x.map((size, i) => (size === y[i] ? (size ?? -1) : -1));

/** Where clients decide for themselves both branches are run, and each takes the results of one of them. */
function eitherOf(condition: Output, a: readonly Output[], b: readonly Output[]): Output[] {
  checkAlike(a, b);
  return a.map((x, i) => op('SelectV2', [condition, x, b[i] as Output]));
}

function checkAlike(a: readonly Output[], b: readonly Output[]): void {
  if (a.length !== b.length)
    throw new ValueError(`both branches must return the same number of values, received ${a.length} and ${b.length}`);
}

/**
 * One of two branches, by a scalar `bool`; both return values of the same element types and ranks.
 *
 * @param inputs What both branches are given: ops on these, and not on the outputs that they stand for, are run in their branch alone.
 */
export function ifElse(
  graph: Graph,
  condition: Output,
  then: (inputs: Output[]) => readonly Output[],
  otherwise: (inputs: Output[]) => readonly Output[],
  inputs: readonly Output[] = [],
): Output[] {
  const given = inputs.map((o) => graph.own(o));
  const decision = graph.own(condition);
  if (decision.isOfClients) return eitherOf(decision, then(given), otherwise(given));
  if (given.some((o) => o.isOfClients)) throw new NotOfClientsError('StatelessIf');
  const bodies = [trace(graph, given, [], then), trace(graph, given, [], otherwise)] as const;
  checkAlike(bodies[0].outputs, bodies[1].outputs);
  const captured = shareCaptures(graph, bodies);
  if (captured.some((o) => o.isOfClients)) throw new NotOfClientsError('StatelessIf');
  const [a, b] = bodies.map((body, i) => finish(graph, i === 0 ? 'then' : 'else', body, captured, false)) as [GraphFunction, GraphFunction];
  return graph.op('StatelessIf', [decision, [...given, ...captured]], {
    then_branch: a.name,
    else_branch: b.name,
    Tout: bodies[0].outputs.map((o) => typeNumber(o.dtype)),
    output_shapes: bodies[0].outputs.map((o, i) => ({ shape: commonShape(o, bodies[1].outputs[i] as Output) })),
    _lower_using_switch_merge: true,
  });
}
