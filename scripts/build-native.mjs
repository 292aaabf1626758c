// npm run build:native: builds the addon from its sources.
import { buildAddon } from './lib.mjs';

buildAddon({ force: true });
