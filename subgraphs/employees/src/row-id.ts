import { invalidInput } from '@tributary/core';

const largestId = 2 ** 31 - 1;

/** The number an employee's, department's or job's id stands for, or null for text that can be nobody's id. */
export function parseRowId(id: string): number | null {
  const number = /^[1-9]\d{0,9}$/.test(id) ? Number(id) : Number.NaN;
  return number <= largestId ? number : null;
}

/** Like parseRowId, but BAD_USER_INPUT for text that can be nobody's id. */
export function requireRowId(id: string, argument: string): number {
  const number = parseRowId(id);
  if (number !== null) return number;
  throw invalidInput(
    `${argument} must be a whole number from 1 to ${largestId}, and is ${JSON.stringify(id.slice(0, 100))}`,
  );
}
