// Run by remote.test.ts as a process of its own: a client's endpoint over HTTP, by the built package. `node remote-client.mjs <client>`.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as fedkeras from '../../dist/index.js';
import { learning, points } from './remote-setting.mjs';

const client = Number(process.argv[2]);
const answer = fedkeras.programs.clientEndpoint(learning(fedkeras), points(fedkeras, client));
const server = createServer(async (request, response) => response.end(await answer(await buffer(request))));
server.listen(0, 'localhost', () => console.log(`http://localhost:${server.address().port}`));
