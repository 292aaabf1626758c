import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { type LearningState, programs, ValueError } from '../../src/index.js';

it('names the round, and has what it failed with and the state before it', () => {
  const state = { round: 'a state' } as unknown as LearningState;
  const cause = new ValueError('no such data');
  const error = new programs.RoundError(3, state, cause);
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.message]).toEqual(['RoundError', 'ERR_ROUND_FAILED', 'round 3: no such data']);
  expect([error.round, error.cause]).toEqual([3, cause]);
  expect(error.state).toBe(state);
  // A state is a page of tensors.
  expect(inspect(error)).not.toContain('a state');
});

it('may have anything as its cause', () => {
  expect(new programs.RoundError(1, {} as LearningState, 'text').message).toBe('round 1: "text"');
  expect(new programs.RoundError(1, {} as LearningState, undefined).message).toBe('round 1: undefined');
});
