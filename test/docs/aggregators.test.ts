import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/graph.js';
import { aggregators, ops, tensorSpec } from '../../src/index.js';
import { flatten, unflatten } from '../../src/tree.js';
import { readPage } from './programs.js';

const rows = [...readPage('aggregators.md').matchAll(/^\| `(\w+)` \| (.*?) \| (yes|no|inner|option) \| (.*?) \| (.*) \|$/gm)].map(
  ([, name, , weighted, memory]) => ({ name: name as string, weighted, memory: memory as string }),
);
const { mean, sum, unweightedMean } = aggregators;
const dpFixed = { noiseMultiplier: 1, clientsPerRound: 100, clip: 1 };
const tree = { noiseMultiplier: 1, clientsPerRound: 100 };
/** What an aggregator cannot do without; a function of its `inner` for those that have one. */
const MAKE: Record<string, (inner: aggregators.Aggregator) => aggregators.Aggregator> = {
  asWeightedAggregator: () => aggregators.asWeightedAggregator(sum()),
  concat: (inner) => aggregators.concat({ inner }),
  unweightedReservoirSampling: () => aggregators.unweightedReservoirSampling({ sampleSize: 2 }),
  clipping: (inner) => aggregators.clipping({ clippingNorm: 1, inner }),
  zeroing: (inner) => aggregators.zeroing({ zeroingNorm: 1, inner }),
  robust: (inner) => aggregators.robust({ weighted: inner.weighted }),
  dp: () => aggregators.dp({ noiseMultiplier: 1, clientsPerRound: 100 }),
  dpGaussianFixed: () => aggregators.dpGaussianFixed(dpFixed),
  dpGaussianAdaptive: () => aggregators.dpGaussianAdaptive({ noiseMultiplier: 1, clientsPerRound: 100 }),
  dpLaplace: () => aggregators.dpLaplace(dpFixed),
  dpTree: () => aggregators.dpTree({ ...tree, l2NormClip: 1 }),
  dpTreeAdaptive: () => aggregators.dpTreeAdaptive(tree),
  dpLocal: () => aggregators.dpLocal({ noiseMultiplier: 1, clip: 1 }),
  outputPerturbation: (inner) => aggregators.outputPerturbation({ noiseMultiplier: 1, clientsPerRound: 100, clippingNorm: 1, inner }),
  secure: (inner) => aggregators.secure({ weighted: inner.weighted }),
  secureSum: () => aggregators.secureSum({ upperBoundThreshold: 1 }),
  secureModularSum: () => aggregators.secureModularSum({ modulus: 8 }),
  uniformStochasticQuantizer: (inner) => aggregators.uniformStochasticQuantizer({ numLevels: 4, inner }),
  rotatedUniformStochasticQuantizer: (inner) => aggregators.rotatedUniformStochasticQuantizer({ numLevels: 4, inner }),
  drive: (inner) => aggregators.drive({ inner }),
  ternGrad: (inner) => aggregators.ternGrad({ inner }),
  topK: (inner) => aggregators.topK({ fraction: 0.5, inner }),
  hadamardTransform: (inner) => aggregators.hadamardTransform({ inner }),
  discreteFourierTransform: (inner) => aggregators.discreteFourierTransform({ inner }),
  addMeasurements: (inner) => aggregators.addMeasurements({ inner, serverMeasurement: () => ({}) }),
  addDebugMeasurements: (inner) => aggregators.addDebugMeasurements(inner),
};
/** Exports that are no aggregators, and said to be none. */
const OTHERS = ['adaptiveClipNoise', 'quantileEstimation', 'Aggregator', 'AggregationProcess', 'Estimation'];
const INTEGERS = ['secureModularSum', 'additiveSharing'];

const make = (name: string, inner: aggregators.Aggregator): aggregators.Aggregator =>
  MAKE[name]?.(inner) ?? (aggregators as unknown as Record<string, () => aggregators.Aggregator>)[name]?.() ?? expect.fail(name);

/** How many bytes of each client's the server keeps by themselves: those of what the client half stacks. */
function bytesPerClient(aggregator: aggregators.Aggregator, integers: boolean): number {
  const graph = new Graph();
  const spec = tensorSpec([4], integers ? 'int64' : 'float32');
  const parts = aggregator.parts([spec as never]);
  const placeholder = (shape: number[], dtype: 'int64' | 'float32') => graph.placeholder(tensorSpec(shape, dtype));
  const state = parts.initialize(graph);
  const random = { seed: placeholder([2], 'int64'), secret: placeholder([2], 'int64') };
  const { stack = [] } = parts.client(
    unflatten(state, flatten(state).map(ops.identity)),
    [graph.placeholder(spec)],
    placeholder([], 'float32'),
    random,
  );
  const bytes = flatten(stack).map((o) => (o.shape as number[]).reduce((a, b) => a * b, o.dtype === 'int64' ? 8 : 4));
  graph.dispose();
  return bytes.reduce((a, b) => a + b, 0);
}

describe('the page about aggregators', () => {
  it('has every export once', () => {
    const names = rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const known = [...names, ...OTHERS].sort();
    expect([...new Set(known)]).toEqual(Object.keys(aggregators).sort());
  });

  it.each(rows.filter(({ name }) => !OTHERS.includes(name)))('says of $name what is true', ({ name, weighted, memory }) => {
    const kinds = [mean(), unweightedMean()].map((inner) => make(name, inner).weighted);
    expect(kinds).toEqual(weighted === 'yes' ? [true, true] : weighted === 'no' ? [false, false] : [true, false]);
    // A fixture of four floats: 16 bytes where all values are kept.
    const bytes = bytesPerClient(make(name, mean()), INTEGERS.includes(name));
    if (memory === 'constant') expect(bytes).toBe(0);
    else expect(memory).toMatch(bytes === 16 && name !== 'additiveSharing' ? /^all values/ : /^16 bytes per client/);
  });

  it('has the defaults that it names', () => {
    for (const name of ['clipping', 'zeroing', 'uniformStochasticQuantizer', 'concat'] as const)
      expect(make(name, undefined as never).weighted, name).toBe(true);
    for (const name of ['hadamardTransform', 'discreteFourierTransform', 'dpLocal'] as const)
      expect(make(name, undefined as never).weighted, name).toBe(false);
  });
});
