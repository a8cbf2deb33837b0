import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { departmentRows, hireRows, jobRows } from './sample/rows.mjs';
import { sampleOptions } from './sample/sample-options.mjs';
import { writeRows } from './sample/write-rows.mjs';
import { print, runCommand } from './terminal.mjs';

/** `npm run sample`: writes three files of any size; the same arguments give the same files. */
await runCommand(async () => {
  const { out, ...counts } = sampleOptions(process.argv.slice(2));
  createFolder(out);
  await write('departments.csv', departmentRows());
  await write('jobs.csv', jobRows());
  await write('hired_employees.csv', hireRows(counts), (count) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${Math.floor((count * 100) / counts.rows)} %\r`);
  });
  print(`${formatCount(counts.bad)} of ${formatCount(counts.rows)} rows are invalid on purpose.`);

  /** @param {string} file @param {Iterable<string>} lines @param {(count: number) => void} [onBlock] */
  async function write(file, lines, onBlock) {
    const { rows, bytes } = await writeRows(join(out, file), lines, onBlock);
    print(`${join(out, file)}: ${formatCount(rows)} rows, ${formatCount(bytes)} bytes`);
  }
});

/** @param {string} folder */
function createFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new Error(`The folder --out cannot be created: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** @param {number} count */
function formatCount(count) {
  return count.toLocaleString('en-US');
}
