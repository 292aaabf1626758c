import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('cropping2d', () => testCases('Cropping2D'));
