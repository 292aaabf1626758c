/**
 * The median of each coordinate: any minority of clients, whatever it sends, moves it only within the range of the others.
 *
 * Yin et al., "Byzantine-robust distributed learning: towards optimal statistical rates", ICML 2018, https://arxiv.org/abs/1803.01498.
 */
import { middle, RowRule, sortedColumns } from './rows.js';

/** The coordinate-wise median of the clients' values. Memory grows with the number of clients. */
export const coordinateMedian = (): RowRule =>
  new RowRule('coordinateMedian', 1, (rows, count) => rows.map((x) => middle(sortedColumns(x), count)));
