/** What a strategy's rounds and results have. */
import { describe, expectTypeOf, it } from 'vitest';
import { type data, type LearningProcess, type LearningState, type Metrics, programs } from '../../src/index.js';
import type { ModelWeights } from '../../src/models/model-weights.js';

declare const process: LearningProcess;
declare const clients: data.ClientData;
const { strategy } = programs;

// Types only: these functions are never called.
describe('rounds', () => {
  it('are told one by one', () => {
    const use = async () => {
      for await (const round of strategy(process).rounds(clients, { rounds: 3 })) {
        expectTypeOf(round.state).toEqualTypeOf<LearningState>();
        expectTypeOf(round.clients).toEqualTypeOf<readonly string[]>();
        expectTypeOf(round.metrics).toEqualTypeOf<Metrics>();
        expectTypeOf(round.evaluation?.metrics).toEqualTypeOf<Metrics | undefined>();
        expectTypeOf(round.central).toEqualTypeOf<undefined>();
      }
    };
    expectTypeOf(use).toBeFunction();
  });

  it('have what `evaluate` returns', () => {
    const accuracy = (weights: ModelWeights, round: number) => ({ accuracy: weights.trainable.length + round });
    const use = async () => {
      const { centralMetrics, weights } = await strategy(process, { evaluate: accuracy }).start(clients, { rounds: 3 });
      expectTypeOf(centralMetrics).toEqualTypeOf<Readonly<Record<number, { accuracy: number }>>>();
      expectTypeOf(weights).toEqualTypeOf<ModelWeights>();
      const later = strategy(process, { evaluate: async (weights, round) => accuracy(weights, round) });
      for await (const { central } of later.rounds(clients, { rounds: 3 }))
        expectTypeOf(central).toEqualTypeOf<{ accuracy: number } | undefined>();
    };
    expectTypeOf(use).toBeFunction();
  });

  it('take nothing else', () => {
    const use = (other: data.ClientDataset[]) => {
      // @ts-expect-error: no number of rounds
      strategy(process).start(clients, {});
      // @ts-expect-error: clients without names
      strategy(process).start(other, { rounds: 1 });
      // @ts-expect-error: an option that nobody reads
      strategy(process, { fraction: 0.1 });
      // @ts-expect-error: no process
      strategy(clients);
      // @ts-expect-error: the rounds are not the strategy's
      strategy(process, { rounds: 3 });
    };
    expectTypeOf(use).toBeFunction();
  });
});
