import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('conv2dTranspose', () => testCases('Conv2DTranspose'));
