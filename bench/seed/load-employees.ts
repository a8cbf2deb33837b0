import { departmentRows, hireRows, jobRows } from '../../scripts/sample/rows.mjs';
import type { BenchStack } from '../harness/bench-stack.ts';

const loaded = new WeakMap<BenchStack, { rows: number; done: Promise<void> }>();

/** Has at least so many employees in the system, with ids from 1 on without a gap, uploaded as anyone would. Loads them once. */
export function loadEmployees(stack: BenchStack, rows: number): Promise<void> {
  const known = loaded.get(stack);
  if (known && known.rows >= rows) return known.done;
  const done = uploadAll(stack, rows);
  loaded.set(stack, { rows, done });
  return done;
}

async function uploadAll({ client, token }: BenchStack, rows: number): Promise<void> {
  const files = [
    { kind: 'DEPARTMENTS', content: departmentRows() },
    { kind: 'JOBS', content: jobRows() },
    { kind: 'HIRED_EMPLOYEES', content: hireRows({ rows, bad: 0, seed: 1 }) },
  ];
  for (const { kind, content } of files) {
    const filename = `${kind.toLowerCase()}.csv`;
    const { status } = await client.load(await token(), { kind, filename, content: [...content, ''].join('\n') });
    if (status !== 'COMPLETED') throw new Error(`${filename} ended ${status}.`);
  }
}
