import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('cropping1d', () => testCases('Cropping1D'));
