/** Simulating a large cohort with a small one, as pfl's `noise_scale`. */
import { checkNumber, checkOptions } from '../validate.js';

export interface CohortNoiseMultiplierOptions {
  /** That of the training that is simulated, which the accountant is asked about; not negative. */
  readonly noiseMultiplier: number;
  /** Clients in a round of the training that is simulated, positive. */
  readonly clientsPerRound: number;
  /** Clients in a round of the simulation, positive. */
  readonly simulatedClientsPerRound: number;
}

/**
 * The noise multiplier for an aggregator whose mean over a few clients is to have the noise of the mean over many:
 * `noiseMultiplier · simulatedClientsPerRound / clientsPerRound`.
 *
 * A training with many clients per round, too many to simulate, adds little noise to their mean. With this the simulation has that noise; what
 * differs is how clients differ, which more of them would average. The simulation itself does not have the privacy of what it simulates.
 * Granqvist et al., "pfl-research", NeurIPS 2024, https://arxiv.org/abs/2404.06430.
 *
 * @throws TypeError, ValueError for options out of their ranges
 */
export function cohortNoiseMultiplier(options: CohortNoiseMultiplierOptions): number {
  checkOptions('options of cohortNoiseMultiplier', options, ['noiseMultiplier', 'clientsPerRound', 'simulatedClientsPerRound']);
  const multiplier = checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 });
  const large = checkNumber('clientsPerRound', options.clientsPerRound, { min: 0, exclusive: true });
  const small = checkNumber('simulatedClientsPerRound', options.simulatedClientsPerRound, { min: 0, exclusive: true });
  return (multiplier * small) / large;
}
