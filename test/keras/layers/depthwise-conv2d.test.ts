import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('depthwiseConv2d', () => testCases('DepthwiseConv2D'));
