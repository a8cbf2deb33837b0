/** @typedef {(string | number)[]} Cells id, name, datetime, department, job */

/** @type {((cells: Cells) => Cells)[]} */
const faults = [
  (cells) => cells.with(1, ''),
  (cells) => cells.with(2, ''),
  (cells) => cells.with(4, ''),
  (cells) => cells.with(3, 999),
  (cells) => cells.with(4, 9999),
  (cells) => cells.with(2, '2021-02-30T10:00:00Z'),
  (cells) => cells.with(0, `E${cells[0]}`),
  (cells) => cells.slice(0, -1),
];

/**
 * A row with exactly one fault. A repeated id is one only where an earlier row with that id was good: `goodId`, 0 while there
 * is none.
 *
 * @param {Cells} cells
 * @param {number} goodId
 * @param {(limit: number) => number} below a random whole number below the limit
 * @returns {Cells}
 */
export function spoil(cells, goodId, below) {
  const fault = faults[below(goodId > 0 ? faults.length + 1 : faults.length)];
  return fault ? fault(cells) : cells.with(0, goodId);
}
