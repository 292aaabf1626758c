import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('randomSaturation', () => testCases('RandomSaturation'));
