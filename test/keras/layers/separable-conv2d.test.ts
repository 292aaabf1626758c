import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('separableConv2d', () => testCases('SeparableConv2D'));
