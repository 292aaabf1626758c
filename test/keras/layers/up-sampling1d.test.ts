import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('upSampling1d', () => testCases('UpSampling1D'));
