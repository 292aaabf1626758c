import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('averagePooling1d', () => testCases('AveragePooling1D'));
