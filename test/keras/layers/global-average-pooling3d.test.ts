import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('globalAveragePooling3d', () => testCases('GlobalAveragePooling3D'));
