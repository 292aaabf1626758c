import { describe, expect, it } from 'vitest';
import { sessionConfig } from '../../src/graph/session-config.js';

// Written by TensorFlow 2.21's Python: config_pb2.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=-1,
// gpu_options={'allow_growth': True}, allow_soft_placement=True, graph_options={'rewrite_options': {'constant_folding': 'OFF',
// 'memory_optimization': 'NO_MEM_OPT', 'arithmetic_optimization': 'OFF', 'dependency_optimization': 'OFF', 'loop_optimization': 'OFF',
// 'function_optimization': 'OFF', 'meta_optimizer_iterations': 'ONE', 'shape_optimization': 'OFF', 'common_subgraph_elimination': 'OFF',
// 'disable_tfg_optimizer': True}}).SerializeToString(); and with device_count={'GPU': 0}, and without allow_soft_placement, and with
// experimental={'executor_type': 'SINGLE_THREADED_EXECUTOR'}.
const THREADS = '100128ffffffffffffffffff01';
const GROWTH = '32022001';
const SOFT = '3801';
const REWRITES = '5218521618022001380240024802500260016802c00102800201';
const SINGLE_THREADED = '82011a1a1853494e474c455f54485245414445445f4558454355544f52';
const NO_GPUS = '0a070a034750551000';

describe('sessionConfig', () => {
  it.each([
    ['auto', THREADS + GROWTH + SOFT + REWRITES],
    ['cpu', NO_GPUS + THREADS + GROWTH + SOFT + REWRITES],
    ['gpu', THREADS + GROWTH + REWRITES],
  ] as const)("is what Python writes, for '%s'", (device, bytes) => {
    expect(Buffer.from(sessionConfig(device)).toString('hex')).toBe(bytes);
  });

  it('is what Python writes, for the single-threaded executor', () => {
    expect(Buffer.from(sessionConfig('auto', 'single-threaded')).toString('hex')).toBe(
      THREADS + GROWTH + SOFT + REWRITES + SINGLE_THREADED,
    );
  });
});
