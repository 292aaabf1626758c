import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('randomPosterization', () => testCases('RandomPosterization'));
