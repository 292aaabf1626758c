import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('globalMaxPooling2d', () => testCases('GlobalMaxPooling2D'));
