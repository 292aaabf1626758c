/** What a run of a strategy keeps besides its rounds' state: what callbacks remember, and files with both. */
import { typeError, ValueError } from '../errors.js';
import type { LearningState } from '../templates/learning-process.js';
import { isDictionary } from '../tree.js';
import { checkFunction, checkInteger, mustBe } from '../validate.js';
import type { Callback } from './callback.js';
import { FileProgramStateManager } from './file-program-state-manager.js';
import type { SavedValue } from './state-file.js';
import type { StrategyRound } from './strategy.js';

export interface RunMemoryOptions<C = unknown> {
  /** Called one after another after each round, and after round 0; the training ends with a round where one of them says so. */
  readonly callbacks?: readonly Callback<C>[] | undefined;
  /**
   * Where states are saved, with what callbacks remember, before a round is given. Where there is one that has been saved, training goes on from
   * the newest, whatever `initialState` and `initialWeights` are; a training that a callback has ended stays so.
   */
  readonly programStateManager?: FileProgramStateManager | undefined;
  /** Every how many rounds, at least 1; 1 by default. The last round is saved always. */
  readonly roundsPerSavingProgramState?: number | undefined;
}

export const MEMORY_OPTIONS = ['callbacks', 'programStateManager', 'roundsPerSavingProgramState'] as const;

/** What a file has. */
interface Saved {
  readonly state: LearningState;
  readonly callbacks: readonly SavedValue[];
  readonly stopped: boolean;
}

/** @internal */
export class RunMemory<C> {
  readonly #callbacks: readonly Callback<C>[];
  readonly #manager: FileProgramStateManager | undefined;
  readonly #every: number;

  /** @throws TypeError, ValueError for an option of the wrong kind or out of range */
  constructor({ callbacks = [], programStateManager, roundsPerSavingProgramState }: RunMemoryOptions<C>) {
    if (!Array.isArray(callbacks)) throw mustBe('callbacks', 'a list of callbacks', callbacks);
    callbacks.forEach((callback: Callback<C>, i) => {
      const name = `callbacks[${i}]`;
      if (typeof callback !== 'object' || callback === null) throw mustBe(name, 'a callback', callback);
      checkFunction(`${name}.onRound`, callback.onRound);
      if (callback.state !== undefined) checkFunction(`${name}.restore`, callback.restore);
      if (callbacks.indexOf(callback) !== i) throw new ValueError(`\`${name}\` must not be in the list twice`);
    });
    if (programStateManager !== undefined && !(programStateManager instanceof FileProgramStateManager))
      throw mustBe('programStateManager', 'a fileProgramStateManager', programStateManager);
    if (programStateManager === undefined && roundsPerSavingProgramState !== undefined)
      throw new ValueError('`roundsPerSavingProgramState` must come with `programStateManager`');
    this.#callbacks = callbacks;
    this.#manager = programStateManager;
    this.#every = checkInteger('roundsPerSavingProgramState', roundsPerSavingProgramState ?? 1, { min: 1 });
  }

  /** What has been saved, if anything. @throws TypeError, ValueError for the file of something else */
  async load(): Promise<Saved | undefined> {
    const latest = await this.#manager?.loadLatest();
    if (latest === undefined) return undefined;
    const { state: saved, version } = latest;
    if (!isDictionary(saved) || !Array.isArray(saved.callbacks) || typeof saved.stopped !== 'boolean')
      throw typeError(`the program state of version ${version} has not been saved by a strategy`);
    if (saved.callbacks.length !== this.#callbacks.length)
      throw new ValueError(
        `\`callbacks\` must be as many as the program state of version ${version} has, ${saved.callbacks.length}, received ${this.#callbacks.length}`,
      );
    return saved as unknown as Saved;
  }

  /** Callbacks take up what has been saved; with `undefined` they forget all. */
  restore(states: readonly SavedValue[] | undefined): void {
    this.#callbacks.forEach((callback, i) => callback.restore?.(states?.[i] ?? undefined));
  }

  /** Tells callbacks of a round, and saves. Where that fails, they remember nothing of it. @returns Whether the training ends */
  async end(round: StrategyRound<C>, last: boolean): Promise<boolean> {
    const before = this.#states();
    try {
      let stopped = false;
      for (const callback of this.#callbacks) if ((await callback.onRound(round)) === true) stopped = true;
      if (round.round > 0 && (last || stopped || round.round % this.#every === 0))
        await this.#manager?.save({ state: round.state, callbacks: this.#states(), stopped } satisfies Saved, round.round);
      return stopped;
    } catch (error) {
      this.restore(before);
      throw error;
    }
  }

  #states(): SavedValue[] {
    return this.#callbacks.map((callback) => callback.state ?? null);
  }
}
