import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('conv3d', () => testCases('Conv3D'));
