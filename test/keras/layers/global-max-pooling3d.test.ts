import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('globalMaxPooling3d', () => testCases('GlobalMaxPooling3D'));
