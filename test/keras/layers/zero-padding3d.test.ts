import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('zeroPadding3d', () => testCases('ZeroPadding3D'));
