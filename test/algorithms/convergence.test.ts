/** Every algorithm on real images: a new one that trains a model on the server gets a row in the first table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { algorithms, data, type LearningProcess, models, optimizers } from '../../src/index.js';
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
  ['unweighted FedProx', (model) => algorithms.buildUnweightedFedProx(model, { clientOptimizer, proximalStrength: 0.1 })],
  ['FedSGD', (model) => algorithms.buildFedSgd(model, { serverOptimizer: optimizers.adam({ learningRate: 0.02 }) })],
  [
    'Mime Lite',
    (model) => algorithms.buildWeightedMimeLite(model, { baseOptimizer: optimizers.sgdm({ learningRate: 0.03, momentum: 0.9 }) }),
  ],
  ['SCAFFOLD', (model) => algorithms.buildScaffold(model, { clientOptimizer, numClients: 10 })],
  ['FedNova', (model) => algorithms.buildFedNova(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.03, momentum: 0.9 }) })],
  [
    'agnostic FedAvg',
    (model) =>
      algorithms.buildAgnosticFedAvg(model, {
        clientOptimizer,
        domainOf: (id) => Number(id.slice(-1)) % 2,
        initialDomainWeights: [0.5, 0.5],
        domainLearningRate: 0.1,
      }),
  ],
  ['Mime', (model) => algorithms.buildWeightedMime(model, { baseOptimizer: optimizers.sgdm({ learningRate: 0.03, momentum: 0.9 }) })],
  ['unweighted Mime Lite', (model) => algorithms.buildUnweightedMimeLite(model, { baseOptimizer: clientOptimizer })],
  ['unweighted Mime', (model) => algorithms.buildUnweightedMime(model, { baseOptimizer: clientOptimizer })],
];

it('has all algorithms', () => {
  const here = readFileSync(import.meta.filename, 'utf8') + readFileSync(join(import.meta.dirname, 'mnist.ts'), 'utf8');
  // What evaluates several models is compared with evaluations of one where it is tested.
  const others = ['buildFedMultiModelEval'];
  const missing = Object.keys(algorithms).filter((name) => /^[a-z]/.test(name) && !here.includes(`algorithms.${name}(`));
  expect(missing).toEqual(others);
});

// Ten digits: chance is a loss of 2.3 and an accuracy of 0.1.
it.each(ALGORITHMS)('%s converges', async (_, build) => {
  using process = build(softmaxRegression());
  const { state } = await train(process, CLIENTS, ROUNDS);
  const { loss, accuracy } = await evaluate(process, state);
  expect(loss).toBeLessThan(1.2);
  expect(accuracy).toBeGreaterThan(0.65);
});

describe('models that clients do not share', () => {
  const lastLoss = (metrics: readonly unknown[]) => (metrics.at(-1) as { clientWork: { train: { loss: number } } }).clientWork.train.loss;

  it('fit clients better than one model: a part of each (APFL), or of several the best (HypCluster)', async () => {
    const clients = mnistClients();
    const initialWeights = await algorithms.hypClusterStart(softmaxRegression(), clients, { numClusters: 3, clientOptimizer });
    using fedAvg = algorithms.buildWeightedFedAvg(softmaxRegression(), { clientOptimizer });
    using apfl = algorithms.buildApfl(softmaxRegression(), { clientOptimizer });
    using hypCluster = algorithms.buildHypCluster(softmaxRegression(), { clientOptimizer, initialWeights });
    const [one, personal, several] = [
      await train(fedAvg, clients, ROUNDS),
      await train(apfl, clients, ROUNDS),
      await train(hypCluster, clients, ROUNDS),
    ];
    expect(lastLoss(personal.metrics)).toBeLessThan(0.8 * lastLoss(one.metrics));
    expect(lastLoss(several.metrics)).toBeLessThan(0.8 * lastLoss(one.metrics));
  });

  it('are made anew in reconstruction', async () => {
    const model = softmaxRegression();
    const parts = models.reconstructionModel(model, model.trainableVariables.slice(1));
    const reconstructionOptimizer = sgd(0.1);
    using process = algorithms.buildFedRecon(parts, { clientOptimizer: sgd(0.2), reconstructionOptimizer });
    const { state } = await train(process, mnistClients(), ROUNDS);
    using evaluation = algorithms.buildFedReconEval(parts, { reconstructionOptimizer });
    const start = evaluation.setModelWeights(await evaluation.initialize(), process.getModelWeights(state));
    const { metrics } = await evaluation.next(start, mnistClients());
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeLessThan(0.7);
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.sparse_categorical_accuracy).toBeGreaterThan(0.85);
  });

  it('come of fine-tuning the one', async () => {
    const clients = mnistClients();
    using process = algorithms.buildWeightedFedAvg(softmaxRegression(), { clientOptimizer });
    const { state } = await train(process, clients, 3);
    const strategies = { short: { optimizer: sgd(0.1) }, long: { optimizer: sgd(0.1), epochs: 5 } };
    using evaluation = algorithms.buildPersonalizationEval(softmaxRegression(), { strategies });
    const { metrics } = await evaluation.run(
      process.getModelWeights(state),
      clients.map((own) => ({ trainData: own, testData: own })),
    );
    const [before, short, long] = ['baselineMetrics', 'short', 'long'].map((name) => metrics[name]?.loss?.data as Float32Array);
    for (let c = 0; c < clients.length; c++) {
      expect(short?.[c]).toBeLessThan(before?.[c] as number);
      expect(long?.[c]).toBeLessThan(short?.[c] as number);
    }
  });
});

it('k-means finds better clusters of images than its start', async () => {
  const clients = mnistClients().map(({ x }) => data.clientDataset({ x, y: [] }));
  const shape = { numClusters: 10, dataShape: [28 * 28] };
  const initialCentroids = await algorithms.kmeansPlusPlus(clients, shape);
  using process = algorithms.buildFedKmeans({ ...shape, initialCentroids });
  const { metrics } = await train(process, clients, ROUNDS);
  const distances = metrics.map((m) => (m as { clientWork: { mean_squared_distance: number } }).clientWork.mean_squared_distance);
  expect(distances.at(-1)).toBeLessThan(0.65 * (distances[0] as number));
  distances.slice(1).forEach((distance, i) => expect(distance).toBeLessThan(distances[i] as number));
});
