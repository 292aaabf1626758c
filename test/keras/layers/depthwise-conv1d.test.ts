import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('depthwiseConv1d', () => testCases('DepthwiseConv1D'));
