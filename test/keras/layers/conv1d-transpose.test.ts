import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('conv1dTranspose', () => testCases('Conv1DTranspose'));
