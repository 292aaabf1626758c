/** TFF's cases of `create_default_secure_sum_quantization_ranges` (sum_aggregation_factory_test.py). */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, metrics, tensor, tensorSpec } from '../../src/index.js';

const ranges = metrics.createDefaultSecureSumQuantizationRanges;
const model = fromKerasModel(keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1, kernelInitializer: 'ones' })]), {
  loss: keras.losses.meanAbsoluteError(),
  inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) },
});

describe('createDefaultSecureSumQuantizationRanges', () => {
  it('has fixed ranges for whole numbers, and one estimate for all others', () => {
    const { loss, num_examples, num_batches } = ranges(model) as Record<string, [[null, object], [null, object]]>;
    expect([num_examples, num_batches]).toEqual([[[0, 2 ** 20 - 1]], [[0, 2 ** 20 - 1]]]);
    expect(loss?.map(([lower]) => lower)).toEqual([null, null]);
    expect(loss?.[0][1]).toBe(loss?.[1][1]);
  });

  it.each([
    [{}, [0, 2 ** 20 - 1], [0, 2 ** 20 - 1]],
    [{ lowerBound: 0.1, upperBound: 0.5 }, [0.1, 0.5], undefined],
    [{ lowerBound: 0.5, upperBound: 2.5 }, [0.5, 2.5], [1, 2]],
    [{ lowerBound: -10.2, upperBound: 10.9 }, [-10.2, 10.9], [-10, 10]],
  ])('rounds %o inwards for whole numbers', (bounds, ofFloats, ofIntegers) => {
    const make = () => ranges(model, { ...bounds, useAutoTunedBoundsForFloatValues: false });
    if (ofIntegers === undefined) {
      expect(make).toThrow(/must have at least two whole numbers between them, in which the metric `num_examples` counts/);
      return;
    }
    expect(make()).toEqual({ loss: [ofFloats, ofFloats], num_examples: [ofIntegers], num_batches: [ofIntegers] });
  });

  it('begins with 100 for floating-point values, and follows what clients have', async () => {
    using evaluation = algorithms.buildFedEval(model, {
      metricsAggregator: metrics.secureSumThenFinalize({ metricValueRanges: ranges(model) }),
    });
    const client = (label: number) => data.clientDataset({ x: tensor([[0]]), y: tensor([[label]]) });
    const clients = [client(1), client(150), client(150)];
    let state = await evaluation.initialize();
    const found: { loss: number; secureSumMeasurements: Record<string, Record<string, number>> }[] = [];
    for (let round = 0; round < 4; round++) {
      const output = await evaluation.next(state, clients);
      ({ state } = output);
      found.push(output.metrics.clientWork?.eval?.currentRoundMetrics as never);
    }
    const name = '-estimated/estimated/float32';
    expect(found[0]?.secureSumMeasurements[name]).toMatchObject({
      secureUpperThreshold: 100,
      secureLowerThreshold: -100,
      secureUpperClippedCount: 2,
    });
    expect(found[0]?.loss).toBeCloseTo((1 + 100 + 100) / 3, 3);
    // A third of the clients is below 50: the bound grows by exp(0.95 - 1/3) a round, and is above 150 after one.
    expect(found[1]?.secureSumMeasurements[name]?.secureUpperThreshold).toBeCloseTo(100 * Math.exp(0.95 - 1 / 3), 2);
    expect(found[1]?.loss).toBeCloseTo(301 / 3, 3);
  });

  it('refuses bad parts', () => {
    expect(() => ranges(model, { lowerBound: 1, upperBound: 1 })).toThrow('`upperBound` must be above `lowerBound`, received 1 and 1');
    expect(() => ranges({} as never)).toThrow(TypeError);
    expect(() => ranges(model, { upperBound: '1' as never })).toThrow(TypeError);
    expect(() => ranges(model, { upper: 1 } as never)).toThrow(/has no option `upper`/);
  });
});
