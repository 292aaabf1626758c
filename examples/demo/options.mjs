// The demo's command line.
import { parseArgs } from 'node:util';

const HELP = `npm run demo -- [options]

  --name NAME       the run's folder below runs/           (mnist)
  --rounds N        rounds of training                     (60)
  --clients N       clients the data is divided between    (100)
  --cohort N        clients in a round                     (10)
  --seed N          decides everything random              (1)
  --fresh           begin anew, even if the run is there
`;

function whole(name, text, min) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min)
    throw new TypeError(`--${name} must be a whole number of at least ${min}, received ${text}`);
  return value;
}

/** The options, or a message and an exit status. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string', default: 'mnist' },
      rounds: { type: 'string', default: '60' },
      clients: { type: 'string', default: '100' },
      cohort: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  if (!/^[\w.-]+$/.test(values.name) || values.name.startsWith('.'))
    throw new TypeError(`--name must be a folder's name of letters, digits, dots and dashes, received ${values.name}`);
  const options = {
    name: values.name,
    fresh: values.fresh,
    rounds: whole('rounds', values.rounds, 1),
    clients: whole('clients', values.clients, 1),
    cohort: whole('cohort', values.cohort, 1),
    seed: whole('seed', values.seed, 0),
  };
  if (options.cohort > options.clients)
    throw new TypeError(`--cohort must be at most the ${options.clients} clients, received ${options.cohort}`);
  return options;
}
