/** How much trainings tell of a client, and how much noise it takes to tell less. */
export { type CohortNoiseMultiplierOptions, cohortNoiseMultiplier } from './cohort-noise-multiplier.js';
export { gaussian } from './gaussian.js';
export { type JointNoiseMultipliersOptions, jointNoiseMultipliers } from './joint-noise-multipliers.js';
export { laplace } from './laplace.js';
export type { Mechanism, MechanismOptions } from './mechanism.js';
export { type NoiseMultiplierOptions, noiseMultiplier } from './noise-multiplier.js';
export { type Accountant, type DeltaOptions, delta, type EpsilonOptions, epsilon } from './spending.js';
export { type TreeOptions, tree } from './tree.js';
