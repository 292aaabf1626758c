import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('upSampling3d', () => testCases('UpSampling3D'));
