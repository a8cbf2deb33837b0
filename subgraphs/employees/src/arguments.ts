import { checkAll, type InputProblem, invalidArgument } from '@tributary/core';

const maxId = 2 ** 31 - 1;

/** The number of an employee's, department's or job's id; null for text that is not such an id. */
export function parseRowId(id: string): number | null {
  const number = /^[1-9]\d{0,9}$/.test(id) ? Number(id) : Number.NaN;
  return number <= maxId ? number : null;
}

/** As parseRowId, but BAD_USER_INPUT for text that is not an id. */
export function requireRowId(id: string, path: InputProblem['path']): number {
  const number = parseRowId(id);
  if (number !== null) return number;
  const shown = JSON.stringify(id.slice(0, 100));
  throw invalidArgument(
    path,
    'ID_INVALID',
    `\`${path.findLast((step) => typeof step === 'string')}\` must be a whole number from 1 to ${maxId}, not ${shown}.`,
  );
}

/** The numbers of the ids; BAD_USER_INPUT names every text that is not an id. */
export function requireRowIds(ids: readonly string[], path: InputProblem['path']): number[] {
  const checks = ids.map((id, index) => [String(index), () => requireRowId(id, [...path, index])] as const);
  return Object.values(checkAll(Object.fromEntries(checks)));
}

/** The year, or BAD_USER_INPUT outside 1 to 9999. */
export function requireYear(year: number): number {
  if (year >= 1 && year <= 9999) return year;
  throw invalidArgument(['year'], 'ARGUMENT_OUT_OF_RANGE', `\`year\` must be between 1 and 9999, not ${year}.`);
}
