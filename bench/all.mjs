// npm run bench:all -- --peers DIR [--rounds N] [--times N] [--only NAME,…]
//
// Every workload, ours and those of the peers that DIR has, alternating in one run; prints the table with ratios (ours over theirs) and writes
// JSON to bench/results/. Each peer runs several times, with a run of ours before and after each: machines change their speed for minutes, so
// one pair says little. `--only` names workloads and peers; of each kind that is named, the others are left out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const WORKLOADS = ['emnist_cnn', 'mnist_mlp', 'shakespeare_lstm', 'transformer'];
// A peer: the folder in DIR that says whether it is installed, its script, and the variants that are worth measuring.
const script = (name) => (dir) => ['bash', join(dir, name)];
const ofTransformer = (venv, file) => (dir) => [join(dir, venv, 'bin/python'), here(`peers/${file}`)];
const THREE = WORKLOADS.slice(0, 3);
const PEERS = [
  { name: 'tf', needs: 'venv-tf', workloads: THREE, command: script('run_tf.sh'), variants: ['graph', 'par', 'vmap'] },
  {
    name: 'tf',
    needs: 'venv-tf',
    workloads: ['transformer'],
    command: ofTransformer('venv-tf', 'transformer_tf.py'),
    variants: ['graph', 'par', 'vmap'],
  },
  { name: 'torch', needs: 'venv-pfl', workloads: THREE, command: script('run_torch.sh'), variants: ['one'] },
  {
    name: 'torch',
    needs: 'venv-pfl',
    workloads: ['transformer'],
    command: ofTransformer('venv-pfl', 'transformer_torch.py'),
    variants: ['one'],
  },
  { name: 'pfl', needs: 'venv-pfl', workloads: ['shakespeare_lstm'], command: script('run_pfl.sh'), variants: [''] },
  { name: 'fedjax', needs: 'venv-fedjax', workloads: ['mnist_mlp'], command: script('run_fedjax.sh'), variants: ['jit'] },
  { name: 'tff', needs: 'venv-tff', workloads: THREE, command: script('run_tff.sh'), variants: ['keras', 'iter'] },
  { name: 'tfjs', needs: 'tfjs/node_modules', workloads: THREE, command: script('run_tfjs.sh'), variants: ['core'] },
];
const NAMES = [...new Set(PEERS.map((p) => p.name))];

// What takes longer is far behind, and runs once: TFF's and tfjs-node's LSTM take minutes a run.
const LONG_SECONDS = 120;

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    times: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const [rounds, times] = [Number(values.rounds), Number(values.times)];
const isCount = (n) => Number.isSafeInteger(n) && n >= 1;
const only = values.only.split(',').filter((name) => name !== '');
const stranger = only.find((name) => !WORKLOADS.includes(name) && !NAMES.includes(name));
if (values.peers === undefined || !isCount(rounds) || !isCount(times) || stranger !== undefined) {
  if (stranger !== undefined) console.error(`--only has no ${stranger}: it has ${[...WORKLOADS, ...NAMES].join(', ')}`);
  console.error("usage: npm run bench:all -- --peers DIR [--rounds N] [--times N] [--only NAME,…]   (DIR made by the peers' setup.sh)");
  process.exit(2);
}
const dir = resolve(values.peers);
const chosen = (all) => (all.some((name) => only.includes(name)) ? all.filter((name) => only.includes(name)) : all);
const [workloads, names] = [chosen(WORKLOADS), chosen(NAMES)];
const missing = names.filter((name) => PEERS.some((p) => p.name === name && !existsSync(join(dir, p.needs))));
if (missing.length > 0) console.log(`not installed in ${dir}: ${missing.join(', ')}`);

/** One run; its last line of JSON, or nothing where it failed. */
function run(command, args) {
  const { stdout, status } = spawnSync(command[0], [...command.slice(1), ...args], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: dir, TF_CPP_MIN_LOG_LEVEL: '2' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 1_800_000,
  });
  const line = stdout?.split('\n').findLast((text) => text.startsWith('{'));
  if (status !== 0 || line === undefined) return undefined;
  return JSON.parse(line);
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
/** Several runs as one: medians of times, the greatest memory, the last loss. */
const together = (runs) => ({
  ...runs.at(-1),
  median_s: median(runs.map((r) => r.median_s)),
  first_round_s: median(runs.map((r) => r.first_round_s)),
  peak_rss_mb: Math.max(...runs.map((r) => r.peak_rss_mb)),
});
const results = [];
for (const workload of workloads) {
  if (!existsSync(join(dir, 'data', workload))) {
    console.log(
      `no data in ${join(dir, 'data', workload)}: ${workload === 'transformer' ? 'bench/peers/transformer_data.py' : 'gen_data.py'} makes it`,
    );
    continue;
  }
  const ourRuns = [];
  const measureOurs = () => {
    const result = run([process.execPath, here('run.mjs')], [workload, String(rounds), '--data', join(dir, 'data')]);
    if (result === undefined) {
      console.error(`${workload}: our own run failed`);
      process.exit(1);
    }
    ourRuns.push(result);
    return result;
  };
  const rows = [];
  for (const peer of PEERS.filter((p) => names.includes(p.name) && p.workloads.includes(workload) && existsSync(join(dir, p.needs)))) {
    for (const variant of peer.variants) {
      const near = [ourRuns.at(-1) ?? measureOurs()];
      const theirRuns = [];
      for (let seconds = 0; theirRuns.length < times && seconds < LONG_SECONDS; ) {
        const began = performance.now();
        const theirs = run(peer.command(dir), [workload, String(rounds), ...(variant === '' ? [] : [variant])]);
        seconds = (performance.now() - began) / 1000;
        if (theirs === undefined) break;
        theirRuns.push(theirs);
        near.push(measureOurs());
      }
      const name = variant === '' ? peer.name : `${peer.name} ${variant}`;
      if (theirRuns.length === 0) console.log(`${workload}: ${name} failed`);
      else rows.push({ peer: name, theirs: together(theirRuns), theirRuns, ours: together(near).median_s });
    }
  }
  if (ourRuns.length === 0) measureOurs();
  const ours = together(ourRuns);
  results.push({ workload, ours, ourRuns, rows });

  const table = [['', 's a round', 'ours/theirs', 'peak MB', 'ours/theirs', 'first round s', 'ours/theirs', 'loss', 'moved']];
  const cells = (r) => [r.final_loss ?? '', r.delta_l2 ?? ''];
  table.push(['fedkeras', ours.median_s.toFixed(4), '', ours.peak_rss_mb, '', ours.first_round_s.toFixed(2), '', ...cells(ours)]);
  for (const { peer, theirs, ours: near } of rows) {
    const ratio = (a, b) => (a / b).toFixed(2);
    table.push([
      peer,
      theirs.median_s.toFixed(4),
      ratio(near, theirs.median_s),
      theirs.peak_rss_mb,
      ratio(ours.peak_rss_mb, theirs.peak_rss_mb),
      theirs.first_round_s.toFixed(2),
      ratio(ours.first_round_s, theirs.first_round_s),
      ...cells(theirs),
    ]);
  }
  console.log(
    `\n${workload}\n| ${table
      .map((row) => row.join(' | '))
      .join(' |\n| ')
      .replace('\n', `\n${'| --- '.repeat(table[0].length)}|\n`)} |`,
  );
}

mkdirSync(here('results'), { recursive: true });
const file = here(`results/${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
writeFileSync(file, `${JSON.stringify({ rounds, missing, results }, null, 2)}\n`);
console.log(`\nwritten to ${file}`);
