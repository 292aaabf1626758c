// Progress on a terminal: one line that is written over; elsewhere a line per round.
const WIDTH = 24;

/** A round's line. */
const line = ({ round, rounds, loss, accuracy, test, rate }) => {
  const done = Math.round((round / rounds) * WIDTH);
  const number = (value, digits) => (value === undefined ? '…' : value.toFixed(digits));
  return `${'█'.repeat(done)}${'░'.repeat(WIDTH - done)} round ${String(round).padStart(String(rounds).length)}/${rounds}  loss ${number(loss, 4)}  accuracy ${number(accuracy, 4)}  test ${number(test, 4)}  ${number(rate, 1)} clients/s`;
};

export function progress(stream = process.stdout) {
  const isTerminal = stream.isTTY === true;
  return {
    /** Within a round: only a terminal's line changes. */
    update(state) {
      if (isTerminal) stream.write(`\r\x1b[2K${line(state)}`);
    },
    /** After a round. */
    round(state) {
      stream.write(isTerminal ? `\r\x1b[2K${line(state)}` : `${line(state)}\n`);
    },
    end() {
      if (isTerminal) stream.write('\n');
    },
  };
}
