import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('globalMaxPooling1d', () => testCases('GlobalMaxPooling1D'));
