/** Recurrences in one op. */
import type { Output } from '../graph.js';
import { concat, expandDims, reshape, sizeOfAxis, sliceAxis, zerosLike } from '../ops/array.js';
import { ops } from '../ops/core.js';
import { matMul } from '../ops/nn.js';
import { sum } from '../ops/reduce.js';
import type { Rules } from './rule.js';

/** All steps' rows one below the other. */
const rows = (x: Output): Output => reshape(x, [-1, sizeOfAxis(x, x.rank - 1)]);

/** The gradient of the kernel of the state, from that of its products: one product of what the steps began with, `h` and all outputs but the last. */
const ofKernel = (h: Output, output: Output, dProduct: Output): Output =>
  matMul(rows(sliceAxis(concat([expandDims(h, 0), output], 0), 0, 0, -1)), rows(dProduct), { transposeA: true });

export const recurrentRules: Rules = {
  FedkerasLstm: ({ inputs, outputs }, [dOutput, dMemory], needed) => {
    const [, recurrent, h, c, counts] = inputs as [Output, Output, Output, Output, Output];
    const [output, memory, gates] = outputs as [Output, Output, Output];
    const none = output.graph.constant(new Float32Array(0), 'float32', [0, 0, 0]);
    const dys = [dOutput ?? zerosLike(output), dMemory ?? none];
    const [dProjected, dH, dC] = ops('FedkerasLstmGrad', [recurrent, c, memory, gates, ...dys, counts]) as [Output, Output, Output];
    return [dProjected, needed[1] ? ofKernel(h, output, dProjected) : null, dH, dC, null];
  },
  FedkerasGru: ({ inputs, outputs }, [dOutput], needed) => {
    const [, recurrent, , h, counts] = inputs as [Output, Output, Output, Output, Output];
    const [output, gates, seen] = outputs as [Output, Output, Output];
    const [dProjected, dProduct, dH] = ops('FedkerasGruGrad', [recurrent, h, output, gates, seen, dOutput as Output, counts]) as [
      Output,
      Output,
      Output,
    ];
    return [dProjected, needed[1] ? ofKernel(h, output, dProduct) : null, needed[2] ? sum(dProduct, [0, 1]) : null, dH, null];
  },
  FedkerasSimpleRnn: ({ inputs, outputs, attributes }, [dOutput], needed) => {
    const [, recurrent, h, counts] = inputs as [Output, Output, Output, Output];
    const [output] = outputs as [Output];
    const [dProjected, dH] = ops('FedkerasSimpleRnnGrad', [recurrent, output, dOutput as Output, counts], attributes) as [Output, Output];
    return [dProjected, needed[1] ? ofKernel(h, output, dProjected) : null, dH, null];
  },
};
