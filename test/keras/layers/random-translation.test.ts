import { describe } from 'vitest';
import { testCases } from './keras-cases.js';

describe('randomTranslation', () => testCases('RandomTranslation'));
