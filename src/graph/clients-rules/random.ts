/** Random numbers: each client's come of a seed of its own, one client after another, as they would for it alone. */
import { type ClientsRule, type ClientsRules, Graph, type Output } from '../graph.js';
import { typeNumber } from '../graph-type.js';
import { everyones, one, shared } from './rule.js';

const TYPES = ['StatelessRandomUniformFullInt', 'StatelessRandomUniform', 'StatelessRandomNormal'];

let functions = 0;

/** `op(shape, seed)`, by a function that libtensorflow calls for each client. */
const random: ClientsRule = ({ graph, type, inputs, attributes }) => {
  const [shape, seed] = [shared(type, one(inputs[0])), one(inputs[1])];
  const body = new Graph(graph);
  const ownSeed = body.placeholder({ shape: [2], dtype: seed.dtype }, 'seed');
  const isKnown = shape.operation.constant !== undefined;
  const ownShape = isKnown ? body.own(shape) : body.placeholder({ shape: shape.shape ?? [null], dtype: shape.dtype }, 'shape');
  const [drawn] = body.op(type, [ownShape, ownSeed], attributes) as [Output];
  const captured = isKnown ? [] : [ownShape];
  const fn = body.toFunction(`of_client_${functions++}`, [ownSeed, ...captured], [drawn]);
  graph.use(fn);
  body.dispose();
  const sizes = drawn.shape ?? Array.from({ length: shape.shape?.[0] ?? 0 }, () => null);
  const outputs = graph.op('MapDefun', [[everyones(seed)], isKnown ? [] : [shape]], {
    f: fn.name,
    output_types: [typeNumber(drawn.dtype)],
    output_shapes: [{ shape: sizes.map((size) => size ?? -1) }],
  });
  return { outputs };
};

export const randomRules: ClientsRules = Object.fromEntries(TYPES.map((type) => [type, random]));
