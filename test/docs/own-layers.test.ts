import { describe, expect, it } from 'vitest';
import { keras } from '../../src/index.js';
import { expectPredictions, fixture } from '../keras/saving/fixtures.js';
import { readPage, runPage } from './programs.js';

const page = readPage('own-layers.md');

describe('the page about layers of your own', () => {
  it('has the message that loading gives, programs that print what it says, and layers that open files of Python', async () => {
    const error = await keras.loadModel(fixture('own.keras')).then(
      () => expect.fail('nothing was thrown'),
      (e: Error) => e.message,
    );
    const message = /unknown layer "Gain": (.*\n.*)\n/.exec(page)?.[1]?.replace(/\n */, ' ');
    expect(error).toMatch(/own\.keras: layer `steps\/gain`: unknown layer "Gain": /);
    expect(error.endsWith(`unknown layer "Gain": ${message}`)).toBe(true);

    const { printed, promised } = await runPage(page);
    expect(printed.length).toBe(3);
    expect(printed).toEqual(promised);

    await expectPredictions(await keras.loadModel(fixture('own.keras')), 'own');
  });
});
