import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('maxPooling1d', () => testCases('MaxPooling1D'));
