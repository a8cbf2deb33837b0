import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_ID = 2147483647;
const columns = {
  'departments.csv': ['id', 'department'],
  'jobs.csv': ['id', 'job'],
  'hired_employees.csv': ['id', 'name', 'datetime', 'department_id', 'job_id'],
};

/**
 * The expected result of loading a folder into an empty database, computed from the raw files without the loader's
 * code: accepted rows and rejections (line, column, code) per file. Reads comma-separated UTF-8, as `npm run sample`
 * writes it.
 */
export async function expectFolder(dir) {
  const departments = await expectFile(dir, 'departments.csv');
  const jobs = await expectFile(dir, 'jobs.csv');
  const known = {
    department_id: new Set(departments.rows.map(([id]) => Number(id))),
    job_id: new Set(jobs.rows.map(([id]) => Number(id))),
  };
  return { departments, jobs, hires: await expectFile(dir, 'hired_employees.csv', known) };
}

async function expectFile(dir, file, known = {}) {
  const rows = [];
  const rejections = [];
  const used = new Set();
  for (const { line, cells } of splitRows(await readFile(join(dir, file), 'utf8'))) {
    if (line === 1 && cells[0].toLowerCase() === 'id') continue;
    const fault = findFault(cells, columns[file], used, known);
    if (fault) rejections.push({ line, ...fault });
    else {
      rows.push(cells);
      used.add(Number(cells[0]));
    }
  }
  return { file, rows, rejections };
}

function findFault(cells, names, used, known) {
  if (cells.length !== names.length) return { column: null, code: 'WRONG_WIDTH' };
  for (const [index, column] of names.entries()) {
    const code = findCellFault(column, cells[index], used, known);
    if (code) return { column, code };
  }
  return null;
}

function findCellFault(column, cell, used, known) {
  if (cell.trim() === '') return 'REQUIRED';
  if (column === 'datetime') return isDateTime(cell) ? null : 'BAD_DATETIME';
  if (!column.endsWith('id')) return [...cell].length > 255 ? 'TOO_LONG' : null;
  if (!/^-?[0-9]+$/.test(cell)) return 'NOT_AN_INTEGER';
  const id = Number(cell);
  if (id < 1 || id > MAX_ID) return 'OUT_OF_RANGE';
  if (column === 'id') return used.has(id) ? 'DUPLICATE_ID' : null;
  if (known[column].has(id)) return null;
  return column === 'job_id' ? 'UNKNOWN_JOB' : 'UNKNOWN_DEPARTMENT';
}

/** Uses JavaScript's calendar: a day that does not exist parses as another day. */
function isDateTime(text) {
  const seconds = text.replace(/\.\d{1,9}(?=Z|\+00:00$)/, '').replace('+00:00', 'Z');
  const time = Date.parse(seconds);
  if (Number.isNaN(time) || time < Date.parse('0001-01-01T00:00:00Z')) return false;
  return new Date(time).toISOString().replace('.000', '') === seconds;
}

function splitRows(text) {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((row, index) => ({ line: index + 1, row }))
    .filter(({ row }) => row.trim() !== '')
    .map(({ line, row }) => ({ line, cells: splitCells(row) }));
}

function splitCells(row) {
  const cells = [...row.matchAll(/(?:^|,) *(?:"((?:[^"]|"")*)" *(?=,|$)|([^,]*))/g)];
  return cells.map(([, quoted, plain]) => (quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"')));
}
