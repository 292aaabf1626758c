// A client that keeps its data to itself, and trains when it is asked:
//
//   node examples/remote/client.mjs <which points it has> <port>
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { data, programs, tensor } from 'fedkeras';
import { learning } from './learning.mjs';

const [number, port] = process.argv.slice(2).map(Number);

/** Points around three corners of a triangle. */
const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
const x = Array.from(labels, (label, i) => {
  const angle = (2 * Math.PI * label) / 3;
  const spread = 0.5 * Math.sin(1000 * number + 7 * i);
  return [Math.cos(angle) + spread, Math.sin(angle) - spread];
});
const points = data.clientDataset({ x: tensor(x), y: tensor(labels) }, { batchSize: 10, epochs: 2, shuffle: true, seed: number });

const answer = programs.clientEndpoint(learning, points, { onError: (error) => console.error(error.message) });

const server = createServer(async (request, response) => {
  response.end(await answer(await buffer(request)));
});
server.listen(port, 'localhost', () => console.log(`listening on http://localhost:${server.address().port}`));
