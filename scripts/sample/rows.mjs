import { createRandom } from './random.mjs';

const departments = ['Finance', 'Logistics', 'Field Service', 'Design', 'Procurement', 'Quality', 'People', 'Research'];
const crafts = ['Analyst', 'Technician', 'Planner', 'Designer', 'Buyer', 'Inspector', 'Recruiter', 'Scientist'];
const grades = ['Junior', 'Senior', 'Lead'];
const first = ['Ada', 'Bruno', 'Chidi', 'Dana', 'Emil', 'Fatima', 'Goran', 'Hana', 'Ivo', 'Jún', 'Kira', 'Luca'];
const family = [
  'Almeida',
  'Berg',
  'Castro',
  'Dvořák',
  'Eriksen',
  "O'Hara",
  'Ito',
  'Novak',
  'Osei',
  'Quist',
  'Rossi',
  'Tran',
];
const DAY_MS = 86_400_000;

/** Departments, numbered from 1. */
export function* departmentRows() {
  for (const [index, name] of departments.entries()) yield `${index + 1},${name}`;
}

/** Jobs, numbered from 1; their names contain a comma and are quoted. */
export function* jobRows() {
  let id = 0;
  for (const craft of crafts) for (const grade of grades) yield `${++id},"${craft}, ${grade}"`;
}

/**
 * Hires in 2021 and 2022; exactly `bad` random rows have one fault each. The same arguments give the same rows.
 *
 * @param {{ rows: number, bad: number, seed: number }} counts
 */
export function* hireRows({ rows, bad, seed }) {
  const random = createRandom(seed);
  const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
  let badLeft = bad;
  let goodId = 0;
  for (let id = 1; id <= rows; id++) {
    const at = new Date(Date.UTC(2021, 0, 1) + below(730) * DAY_MS + below(86_400) * 1000);
    const cells = [
      id,
      `${first[below(first.length)]} ${family[below(family.length)]}`,
      at.toISOString().replace('.000', ''),
      1 + Math.floor(random() ** 2 * departments.length),
      1 + below(crafts.length * grades.length),
    ];
    // Selection sampling (Knuth, algorithm S): every row has the same probability, and the count is exact.
    if (below(rows - id + 1) < badLeft) {
      badLeft--;
      yield corrupt(cells, goodId, below).join(',');
    } else {
      goodId = id;
      yield cells.join(',');
    }
  }
}

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
 * A row with exactly one fault. A repeated id is a fault only after a valid row with that id: `goodId`, 0 while there
 * is none.
 *
 * @param {Cells} cells
 * @param {number} goodId
 * @param {(limit: number) => number} below a random whole number below the limit
 * @returns {Cells}
 */
function corrupt(cells, goodId, below) {
  const fault = faults[below(goodId > 0 ? faults.length + 1 : faults.length)];
  return fault ? fault(cells) : cells.with(0, goodId);
}
