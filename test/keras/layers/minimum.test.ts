import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('minimum', () => testCases('Minimum'));
