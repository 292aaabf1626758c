// Trains with clients whose data it does not have. Start the clients first, each on a machine of its own if you like:
//
//   node examples/remote/client.mjs 1 8001
//   node examples/remote/client.mjs 2 8002
//   node examples/remote/server.mjs http://localhost:8001 http://localhost:8002
//
// Real ones use https, and make sure of who is at the other end.
import { data } from 'fedkeras';
import { learning } from './learning.mjs';

const clients = process.argv.slice(2).map((url) =>
  data.remoteClient({
    id: url,
    call: async (request, { signal, maxBytes }) => {
      const response = await fetch(url, { method: 'POST', body: request, signal });
      const parts = [];
      let bytes = 0;
      for await (const part of response.body) {
        bytes += part.length;
        if (bytes > maxBytes) throw new Error('the answer is too long');
        parts.push(part);
      }
      return Buffer.concat(parts);
    },
  }),
);

let state = await learning.initialize();
for (let round = 1; round <= 20; round++) {
  // Half of the clients are enough; one that takes longer than ten seconds is left out.
  const out = await learning.next(state, clients, { minCompletionRate: 0.5, clientTimeout: 10_000 });
  ({ state } = out);
  const { loss, sparse_categorical_accuracy: accuracy, num_examples: examples } = out.metrics.clientWork.train;
  console.log(`round ${round}  loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(4)}  ${examples} examples`);
  for (const { position, error } of out.failures) console.log(`  without ${clients[position].id}: ${error.message}`);
}
