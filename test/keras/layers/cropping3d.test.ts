import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('cropping3d', () => testCases('Cropping3D'));
