import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('averagePooling3d', () => testCases('AveragePooling3D'));
