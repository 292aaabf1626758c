import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('zeroPadding2d', () => testCases('ZeroPadding2D'));
