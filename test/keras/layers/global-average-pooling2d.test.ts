import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('globalAveragePooling2d', () => testCases('GlobalAveragePooling2D'));
