/** Every algorithm that trains a model on the server, on real images: a new one gets a row here. */
import { expect, it } from 'vitest';
import { algorithms, type LearningProcess, optimizers } from '../../src/index.js';
import { train } from './fixtures.js';
import { evaluate, mnistClients, softmaxRegression } from './mnist.js';

const ROUNDS = 15;
const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });
const clientOptimizer = sgd(0.1);
const CLIENTS = mnistClients();

type Build = (model: ReturnType<typeof softmaxRegression>) => LearningProcess;

const ALGORITHMS: readonly (readonly [name: string, build: Build])[] = [
  ['FedAvg', (model) => algorithms.buildWeightedFedAvg(model, { clientOptimizer })],
  ['unweighted FedAvg', (model) => algorithms.buildUnweightedFedAvg(model, { clientOptimizer })],
  [
    'FedAvg with server Adam',
    (model) => algorithms.buildWeightedFedAvg(model, { clientOptimizer, serverOptimizer: optimizers.adam({ learningRate: 0.02 }) }),
  ],
  ['FedAvgM', (model) => algorithms.buildFedAvgM(model, { clientOptimizer: sgd(0.03), serverMomentum: 0.9 })],
  ['FedAdagrad', (model) => algorithms.buildFedAdagrad(model, { serverLearningRate: 0.03 })],
  ['FedYogi', (model) => algorithms.buildFedYogi(model, { serverLearningRate: 0.03 })],
  ['FedAdam', (model) => algorithms.buildFedAdam(model, { serverLearningRate: 0.03 })],
  ['FedProx', (model) => algorithms.buildWeightedFedProx(model, { clientOptimizer, proximalStrength: 0.1 })],
  ['FedSGD', (model) => algorithms.buildFedSgd(model, { serverOptimizer: optimizers.adam({ learningRate: 0.02 }) })],
  [
    'Mime Lite',
    (model) => algorithms.buildWeightedMimeLite(model, { baseOptimizer: optimizers.sgdm({ learningRate: 0.03, momentum: 0.9 }) }),
  ],
  ['Mime', (model) => algorithms.buildWeightedMime(model, { baseOptimizer: optimizers.sgdm({ learningRate: 0.03, momentum: 0.9 }) })],
];

// Ten digits: chance is a loss of 2.3 and an accuracy of 0.1.
it.each(ALGORITHMS)('%s converges', async (_, build) => {
  using process = build(softmaxRegression());
  const { state } = await train(process, CLIENTS, ROUNDS);
  const { loss, accuracy } = await evaluate(process, state);
  expect(loss).toBeLessThan(1.2);
  expect(accuracy).toBeGreaterThan(0.65);
});
