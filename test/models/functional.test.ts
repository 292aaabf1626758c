import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, models, type Output, ops, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { fixtureD, flat } from '../templates/fixtures.js';

const inputSpec = { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) };
const squared = (output: Output, label: Output): Output => ops.mean(ops.squaredDifference(output, label));

/** TFF's linear regression (`model_examples.LinearRegression`), with a bias that is not trained and half the squared error. */
const regression = () =>
  models.functional({
    initialWeights: { trainable: { a: [[0], [0]], b: 0 }, nonTrainable: { c: tensor([0]) } },
    predict: ({ trainable: { a, b }, nonTrainable: { c } }, x) => ops.add(ops.add(ops.matMul(x, a), b), c),
    loss: (output, label) => ops.mul(squared(output, label), 0.5),
    inputSpec,
  });

const sgd = (learningRate = 0.1) => ({ clientOptimizer: optimizers.sgdm({ learningRate }) });

describe('a hand-written model', () => {
  // Contract F.3: what TFF's own functional model gives, computed from TFF's fixture in float64.
  it('trains as in TFF', async () => {
    using process = algorithms.buildWeightedFedAvg(regression(), sgd());
    let state = await process.initialize();
    for (const [a, b, loss] of [
      [0.274560494, 0.102381481, 0.110683255],
      [0.312741064, 0.090804441, 0.034344474],
      [0.325382309, 0.070001612, 0.032319355],
    ] as const) {
      const output = await process.next(state, [fixtureD()]);
      ({ state } = output);
      const { trainable, nonTrainable } = process.getModelWeights(state);
      const [first, second, bias] = flat(trainable);
      expect(first).toBeCloseTo(a, 6);
      expect(second).toBe(0);
      expect(bias).toBeCloseTo(b, 6);
      expect(flat(nonTrainable)).toEqual([0]);
      expect(output.metrics.clientWork?.train?.loss).toBeCloseTo(loss, 6);
      expect(output.metrics.clientWork?.train).toMatchObject({ num_examples: 12, num_batches: 4 });
    }
  });

  // TFF's test_converges: y = x·[1, 2, 3] + 5.
  it('finds the line that the data were made of', async () => {
    const random = new Random(3);
    const client = () => {
      const x = Array.from({ length: 50 }, () => Array.from({ length: 3 }, () => random.uniform()));
      return data.clientDataset(
        { x: tensor(x), y: tensor(x.map(([a, b, c]) => [Number(a) + 2 * Number(b) + 3 * Number(c) + 5])) },
        { batchSize: 10 },
      );
    };
    const model = models.functional({
      initialWeights: { trainable: [new Float32Array(3), 0] },
      predict: ({ trainable: [kernel, bias] }, x) => ops.add(ops.matMul(x, ops.expandDims(kernel, 1)), bias),
      loss: squared,
      inputSpec: { x: tensorSpec([null, 3]), y: tensorSpec([null, 1]) },
    });
    using process = algorithms.buildWeightedFedAvg(model, sgd(0.3));
    const clients = [client(), client()];
    let state = await process.initialize();
    for (let round = 0; round < 60; round++) ({ state } = await process.next(state, clients));
    [1, 2, 3, 5].forEach((w, i) => {
      expect(flat(process.getModelWeights(state).trainable)[i]).toBeCloseTo(w, 1);
    });
  });

  it('has the numbers of the same Keras model: passes, gradients, rounds, evaluation', async () => {
    const random = new Random(5);
    const values = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const weights = [tensor(values(12), [4, 3]), tensor(values(3)), tensor(values(9), [3, 3]), tensor(values(3))] as const;
    const layers = [keras.layers.dense({ units: 3, activation: 'tanh' }), keras.layers.dense({ units: 3 })];
    const sequential = keras.sequential([keras.input({ shape: [4] }), ...layers]);
    sequential.setWeights([...weights]);
    const spec = { x: tensorSpec([null, 4]), y: tensorSpec([null], 'int32'), sampleWeight: tensorSpec([null]) };
    const loss = () => keras.losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const metrics = () => [keras.metrics.sparseCategoricalAccuracy(), keras.metrics.sparseTopKCategoricalAccuracy({ k: 2 })];
    const written = models.functional({
      initialWeights: { trainable: weights },
      predict: ({ trainable: [w1, b1, w2, b2] }, x) => ops.add(ops.matMul(ops.tanh(ops.add(ops.matMul(x, w1), b1)), w2), b2),
      loss: loss(),
      metrics: metrics(),
      inputSpec: spec,
    });
    const fromKeras = fromKerasModel(sequential, { loss: loss(), metrics: metrics(), inputSpec: spec });
    const numbers = (count: number) => ({
      x: tensor(values(count * 4), [count, 4]),
      y: tensor(Int32Array.from({ length: count }, () => random.integer(3))),
      sampleWeight: tensor(values(count).map(Math.abs)),
    });
    const batch = numbers(6);
    const [a, b] = [await written.backwardPass(batch), await fromKeras.backwardPass(batch)];
    expect(a.loss).toBeCloseTo(b.loss as number, 6);
    expect(a.numExamples).toBe(6);
    flat([a.predictions, ...a.gradients]).forEach((value, i) => {
      expect(value).toBeCloseTo(flat([b.predictions, ...b.gradients])[i] as number, 5);
    });
    expect(flat([await written.predictOnBatch(batch.x)])).toEqual(flat([a.predictions]));

    const clients = [5, 9].map((count, i) => data.clientDataset(numbers(count), { batchSize: 4, epochs: 2, shuffle: true, seed: i }));
    const options = { clientOptimizer: optimizers.adam({ learningRate: 0.1 }), seed: 2 };
    const results = [];
    for (const model of [written, fromKeras]) {
      using process = algorithms.buildWeightedFedAvg(model, options);
      using evaluation = algorithms.buildFedEval(model);
      let state = await process.initialize();
      let train: unknown;
      for (let round = 0; round < 2; round++) {
        const output = await process.next(state, clients);
        ({ state } = output);
        train = output.metrics.clientWork?.train;
      }
      const trained = process.getModelWeights(state);
      const { metrics: found } = await evaluation.next(evaluation.setModelWeights(await evaluation.initialize(), trained), clients);
      results.push({ train, trained: flat(trained.trainable), evaluated: found.clientWork?.eval?.currentRoundMetrics });
    }
    const [own, other] = results as [(typeof results)[0], (typeof results)[0]];
    own.trained.forEach((w, i) => {
      expect(w).toBeCloseTo(other.trained[i] as number, 4);
    });
    expect(own.trained).not.toEqual(flat([...weights]));
    for (const key of ['train', 'evaluated'] as const)
      for (const [name, value] of Object.entries(other[key] as Record<string, number>))
        expect((own[key] as Record<string, number>)[name], `${key} ${name}`).toBeCloseTo(value, 4);
  });

  it('gives its loss predictions, labels, and the weights of examples where there are some', async () => {
    const weighted = models.functional({
      initialWeights: { trainable: { w: 1 } },
      predict: ({ trainable: { w } }, x) => ops.mul(x, w),
      loss: (output, label, weight) => ops.mean(ops.mul(ops.sub(output, label), weight as Output)),
      inputSpec: { x: tensorSpec([null]), y: tensorSpec([null]), sampleWeight: tensorSpec([null]) },
    });
    const batch = { x: tensor([5, 7]), y: tensor([1, 2]), sampleWeight: tensor([1, 3]) };
    const { loss, gradients } = await weighted.backwardPass(batch);
    expect([loss, ...flat(gradients)]).toEqual([(4 + 15) / 2, (5 + 21) / 2]);
    const plain = models.functional({
      initialWeights: { trainable: { w: 1 } },
      predict: ({ trainable: { w } }, x) => ops.mul(x, w),
      loss: (output, label, ...weights) => ops.mul(ops.mean(ops.sub(output, label)), weights[0] === undefined ? 1 : 0),
      inputSpec: [tensorSpec([null]), tensorSpec([null])],
    });
    expect((await plain.forwardPass([batch.x, batch.y])).loss).toBe(4.5);
  });

  it('says in which mode it is, and gives a seed of its own to each step', async () => {
    const noisy = models.functional({
      initialWeights: { trainable: { w: [1, 1] } },
      predict: ({ trainable: { w } }, x, { training, seed }) => ops.mul(training ? ops.add(x, ops.randomUniform(seed(), [1, 2])) : x, w),
      loss: squared,
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 2]) },
    });
    const x = tensor([[3, 4]]);
    const predict = async (training: boolean) => flat([await noisy.predictOnBatch(x, { training })]);
    expect(await predict(false)).toEqual([3, 4]);
    const [first, second] = [await predict(true), await predict(true)];
    expect(first).not.toEqual([3, 4]);
    expect(first).not.toEqual(second);
  });

  it('keeps its weights by sorted names, of one level, as tensors or arrays', () => {
    const model = models.functional({
      initialWeights: { trainable: { b: [[1, 2]], a: 3 }, nonTrainable: [tensor([7n])] },
      predict: ({ trainable: { a, b } }) => ops.mul(a, b),
      loss: (output) => ops.mean(output),
      inputSpec: { x: tensorSpec([null]), y: [] },
    });
    expect(model.trainableVariables.map((v) => `${v.path} ${v.spec}`)).toEqual(['a float32[]', 'b float32[1, 2]']);
    expect(model.nonTrainableVariables.map((v) => `${v.path} ${v.spec}`)).toEqual(['nonTrainable_0 int64[1]']);
    expect(flat(model.getWeights().trainable)).toEqual([3, 1, 2]);
    model.setWeights({ trainable: [tensor(5), tensor([[8, 9]])], nonTrainable: [tensor([1n])] });
    expect(flat(model.getWeights().trainable)).toEqual([5, 8, 9]);
  });

  it('does not mind what becomes of the tensors that it was made of', () => {
    const w = tensor([1, 2]);
    const model = models.functional({
      initialWeights: { trainable: { w } },
      predict: ({ trainable }, x) => ops.mul(x, trainable.w),
      loss: squared,
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 2]) },
    });
    w.dispose();
    expect(flat(model.getWeights().trainable)).toEqual([1, 2]);
  });

  it('needs no labels', async () => {
    const centre = models.functional({
      initialWeights: { trainable: { centre: [0, 0] } },
      predict: ({ trainable }, x) => ops.sub(x, trainable.centre),
      loss: (output) => ops.mean(ops.square(output)),
      inputSpec: { x: tensorSpec([null, 2]), y: [] },
    });
    const x = [
      [1, 2],
      [3, 6],
    ];
    expect((await centre.forwardPass({ x: tensor(x), y: [] })).loss).toBe(12.5);
    using process = algorithms.buildWeightedFedAvg(centre, sgd(1));
    const output = await process.next(await process.initialize(), [data.clientDataset({ x: tensor(x), y: [] }, { batchSize: 2 })]);
    expect(flat(process.getModelWeights(output.state).trainable)).toEqual([2, 4]);
    expect(output.metrics.clientWork?.train).toMatchObject({ num_examples: 2, loss: 12.5 });
  });
});

it('is evaluated, and not trained, without weights to train', async () => {
  const model = models.functional({
    initialWeights: { trainable: [], nonTrainable: { scale: 2 } },
    predict: ({ nonTrainable: { scale } }, x) => ops.mul(x, scale),
    loss: squared,
    inputSpec: { x: tensorSpec([null]), y: tensorSpec([null]) },
  });
  const client = data.clientDataset({ x: tensor([1, 2]), y: tensor([1, 5]) }, { batchSize: 1 });
  using evaluation = algorithms.buildFedEval(model);
  const { metrics } = await evaluation.next(await evaluation.initialize(), [client]);
  expect(metrics.clientWork?.eval).toMatchObject({ currentRoundMetrics: { loss: 1, num_examples: 2 } });
  for (const process of [algorithms.buildWeightedFedAvg(model, sgd()), algorithms.buildFedSgd(model)])
    await expect(process.next(await process.initialize(), [client])).rejects.toThrow(/`model` must have a trainable variable/);
});

describe('metrics', () => {
  const identity = (metrics: Parameters<typeof models.functional>[0]['metrics']) =>
    models.functional({
      initialWeights: { trainable: { w: 0 } },
      predict: ({ trainable: { w } }, x) => ops.add(x, w),
      loss: squared,
      ...(metrics === undefined ? {} : { metrics }),
      inputSpec: { x: tensorSpec([null]), y: tensorSpec([null]) },
    });

  // TFF's test of functional metrics: predictions [0, 1, 1], labels [0, 0, 1].
  it('are counted and finalized', async () => {
    const model = identity([keras.metrics.accuracy, models.numExamplesCounter]);
    await model.forwardPass({ x: tensor([0, 1, 1]), y: tensor([0, 0, 1]) });
    const unfinalized = await model.reportLocalUnfinalizedMetrics();
    expect(Object.keys(unfinalized)).toEqual(['accuracy', 'num_examples', 'loss', 'num_batches']);
    expect(flat(unfinalized.accuracy ?? [])).toEqual([2, 3]);
    expect(flat(unfinalized.num_examples ?? [])).toEqual([3]);
    const finalized = await model.metricFinalizers().accuracy?.(unfinalized.accuracy ?? []);
    expect(finalized?.data[0]).toBeCloseTo(2 / 3, 6);
    await model.resetMetrics();
    expect(flat((await model.reportLocalUnfinalizedMetrics()).accuracy ?? [])).toEqual([0, 0]);
  });

  // TFF's test_tff_model_from_functional_federated_aggregate_metrics: sums of two clients, then finalized.
  it('are added up over clients', async () => {
    const { loss, mse, mae } = identity([keras.metrics.mean({ name: 'mse' }), keras.metrics.mean({ name: 'mae' })]).metricFinalizers();
    for (const [finalizer, sums, expected] of [
      [loss, [3, 6], 0.5],
      [mse, [3, 4], 0.75],
      [mae, [2, 8], 0.25],
    ] as const)
      expect((await finalizer?.(sums.map((value) => tensor(value))))?.data[0]).toBe(expected);
  });

  it('are graph functions of labels and predictions, in Keras’s order', async () => {
    const excess = (yTrue: Output, yPred: Output): Output => ops.sub(yPred, yTrue);
    const model = identity([excess]);
    await model.forwardPass({ x: tensor([5, 7]), y: tensor([1, 1]) });
    expect(flat((await model.reportLocalUnfinalizedMetrics()).excess ?? [])).toEqual([10, 2]);
  });
});

describe('errors', () => {
  const options = {
    initialWeights: { trainable: { w: [0, 0] } },
    predict: ({ trainable }: { trainable: { w: Output } }, x: Output) => ops.mul(x, trainable.w),
    loss: squared,
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 2]) },
  };
  it.each<[string, object, RegExp]>([
    ['no weights', { initialWeights: undefined }, /`initialWeights` must be an object \{ trainable, nonTrainable \}, received undefined/],
    ['other weights', { initialWeights: { trainable: {}, other: {} } }, /`initialWeights` has no option `other`/],
    ['one tensor', { initialWeights: { trainable: tensor([1]) } }, /`initialWeights.trainable` must be a dictionary or a list of tensors/],
    ['a string', { initialWeights: { trainable: { w: 'a' } } }, /`initialWeights.trainable.w` must be a tensor or an array, received "a"/],
    ['a ragged array', { initialWeights: { trainable: [[[1], [1, 2]]] } }, /`initialWeights.trainable\[0\]` must be .*1 elements like its/],
    ['whole numbers', { initialWeights: { trainable: { w: tensor([1n, 2n]) } } }, /must be floating-point, received int64\[2\] for `w`/],
    ['no numbers', { initialWeights: { trainable: { w: [0, Number.NaN] } } }, /`w` must be numbers, received NaN at position 1/],
    ['no function', { predict: 3 }, /`predict` must be a function, received 3/],
    ['no output', { predict: () => 3 }, /`predict` must return an output of a graph, or a structure of them, received 3/],
    ['nothing', { predict: () => undefined }, /`predict` must return an output .* received undefined/],
    ['an empty list', { predict: () => [] }, /`predict` must return an output .* received/],
    ['no loss', { loss: undefined }, /`loss` must be a function of predictions and labels, or a Loss, received undefined/],
    ['a loss that was not called', { loss: keras.losses.meanSquaredError }, /`options of MeanSquaredError` has no option/],
    ['a loss that is no output', { loss: (_o: Output, _l: Output) => 0 }, /`loss` must return an output of a graph, received 0/],
    ['a loss per example', { loss: (o: Output, _l: Output) => o }, /`loss` must return a scalar, .* received .*float32\[null, 2\]/],
    ['a loss of integers', { loss: (o: Output, _l: Output) => ops.cast(squared(o, o), 'int32') }, /`loss` must return a floating-point/],
    ['no metrics', { metrics: {} }, /`metrics` must be a list of metrics/],
    ['no metric', { metrics: [3] }, /`metrics\[0\]` must be a metric/],
    ['no labels', { inputSpec: { x: tensorSpec([null, 2]) } }, /`inputSpec` must contain exactly two top-level elements/],
    ['no spec', { inputSpec: { x: tensorSpec([null, 2]), y: 3 } }, /`inputSpec.y` must be a tensor spec/],
    ['a shape that does not fit', { predict: (_: unknown, x: Output) => ops.reshape(x, [3]) }, /Dimension size must be evenly divisible/],
    ['another option', { optimizer: 3 }, /`options` has no option `optimizer`/],
  ])('of %s', (_, wrong, message) => {
    expect(() => models.functional({ ...options, ...wrong } as never)).toThrow(message);
  });

  it('do not come without a cause', async () => {
    using model = models.functional(options);
    expect((await model.forwardPass({ x: tensor([[1, 2]]), y: tensor([[3, 3]]) })).loss).toBe(9);
  });
});
