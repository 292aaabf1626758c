import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('maxPooling3d', () => testCases('MaxPooling3D'));
