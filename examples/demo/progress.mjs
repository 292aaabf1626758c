// Progress on a terminal: one line that is written over; elsewhere a line per round.
const WIDTH = 24;

const number = (value, digits) => (value === undefined ? '…' : value.toFixed(digits));

/** The line of a state, no longer than `columns`: a longer one would wrap, and could not be written over. */
function line({ round, rounds, part = 0, loss, accuracy, test, rate }, columns) {
  const text = ` round ${String(round).padStart(String(rounds).length)}/${rounds}  loss ${number(loss, 4)}  accuracy ${number(accuracy, 4)}  test ${number(test, 4)}  ${number(rate, 1)} clients/s`;
  const width = Math.max(0, Math.min(WIDTH, columns - text.length));
  const done = Math.round(((round + part) / rounds) * width);
  return `${'█'.repeat(done)}${'░'.repeat(width - done)}${text}`.slice(0, columns);
}

/** @param start The round that is done, and how many there will be. */
export function progress(start, stream = process.stdout) {
  const isTerminal = stream.isTTY === true;
  const state = { ...start };
  // The last column stays free: some terminals wrap when it is written.
  const show = () => stream.write(isTerminal ? `\r\x1b[2K${line(state, (stream.columns ?? 80) - 1)}` : `${line(state, Infinity)}\n`);
  return {
    /** Within a round, of which the share `part` is done: only a terminal's line changes. What is not given stays as it was. */
    update(changes) {
      Object.assign(state, changes);
      if (isTerminal) show();
    },
    /** After a round. */
    round(changes) {
      Object.assign(state, changes, { part: 0 });
      show();
    },
    end() {
      if (isTerminal && state.rate !== undefined) stream.write('\n');
    },
  };
}
