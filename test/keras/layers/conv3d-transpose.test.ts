import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('conv3dTranspose', () => testCases('Conv3DTranspose'));
