/** Recurrences in one op. */
import type { Output } from '../graph.js';
import { concat, expandDims, reshape, sizeOfAxis, sliceAxis, zerosLike } from '../ops/array.js';
import { ops } from '../ops/core.js';
import { matMul } from '../ops/nn.js';
import type { Rules } from './rule.js';

/** All steps' rows one below the other. */
const rows = (x: Output): Output => reshape(x, [-1, sizeOfAxis(x, x.rank - 1)]);

export const recurrentRules: Rules = {
  FedkerasLstm: ({ inputs, outputs }, [dOutput, dMemory], needed) => {
    const [, recurrent, h, c] = inputs as [Output, Output, Output, Output];
    const [output, memory, gates] = outputs as [Output, Output, Output];
    const none = output.graph.constant(new Float32Array(0), 'float32', [0, 0, 0]);
    const [dProjected, dH, dC] = ops('FedkerasLstmGrad', [recurrent, c, memory, gates, dOutput ?? zerosLike(output), dMemory ?? none]) as [
      Output,
      Output,
      Output,
    ];
    const before = (): Output => sliceAxis(concat([expandDims(h, 0), output], 0), 0, 0, -1);
    return [dProjected, needed[1] ? matMul(rows(before()), rows(dProjected), { transposeA: true }) : null, dH, dC];
  },
};
