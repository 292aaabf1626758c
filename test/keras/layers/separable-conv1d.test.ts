import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('separableConv1d', () => testCases('SeparableConv1D'));
