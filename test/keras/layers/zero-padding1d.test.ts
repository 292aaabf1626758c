import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('zeroPadding1d', () => testCases('ZeroPadding1D'));
