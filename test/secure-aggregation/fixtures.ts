import { secureAggregation } from '../../src/index.js';
import type { Vector } from '../../src/secure-aggregation/vectors.js';

export type Client = secureAggregation.SecureAggregationClient;
export type Options = secureAggregation.SecureAggregationOptions;

/** Runs the protocol; `lost[stage]` are the clients whose message of that stage does not arrive, nor any later one. */
export function run(options: Options, values: readonly Vector[], lost: readonly (readonly number[])[] = []) {
  const server = new secureAggregation.SecureAggregationServer(options);
  const clients = values.map((_, client) => new secureAggregation.SecureAggregationClient({ ...options, client }));
  const gone = new Set<number>();
  const masked: Uint8Array[] = [];
  let inbox = new Map<number, Uint8Array>(clients.map(({ client }) => [client, new Uint8Array(0)]));
  for (let stage = 0; stage < 4; stage++) {
    for (const client of lost[stage] ?? []) gone.add(client);
    for (const [id, message] of inbox) {
      if (gone.has(id)) continue;
      const client = clients[id] as Client;
      const sent = [
        () => client.advertiseKeys(),
        () => client.shareKeys(message),
        () => client.maskedInput(message, values[id] as Vector),
        () => client.unmask(message),
      ][stage]?.() as Uint8Array;
      if (stage === 2) masked.push(sent);
      server.receive(sent);
    }
    if (stage < 3) inbox = server.advance();
  }
  return { sum: server.sum(), masked };
}

/** A server and clients whose messages of the stages before `stage` have all arrived, and what the server has sent for it. */
export function upTo(stage: number, options: Options, count: number) {
  const server = new secureAggregation.SecureAggregationServer(options);
  const clients = Array.from({ length: count }, (_, client) => new secureAggregation.SecureAggregationClient({ ...options, client }));
  let inbox = new Map<number, Uint8Array>();
  const answer = (id: number): Uint8Array => {
    const client = clients[id] as Client;
    const message = inbox.get(id) as Uint8Array;
    return answerOf(client, message, options.length);
  };
  const answerOf = (client: Client, message: Uint8Array, length: number): Uint8Array =>
    message === undefined
      ? client.advertiseKeys()
      : message[0] === 1
        ? client.shareKeys(message)
        : message[0] === 2
          ? client.maskedInput(message, new Int32Array(length))
          : client.unmask(message);
  for (let i = 0; i < stage; i++) {
    for (const { client } of clients) server.receive(answer(client));
    inbox = server.advance();
  }
  return { server, clients, inbox, answer };
}
