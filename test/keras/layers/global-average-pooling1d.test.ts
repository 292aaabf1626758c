import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('globalAveragePooling1d', () => testCases('GlobalAveragePooling1D'));
