import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('averagePooling2d', () => testCases('AveragePooling2D'));
