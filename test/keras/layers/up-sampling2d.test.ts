import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('upSampling2d', () => testCases('UpSampling2D'));
