import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { departmentRows, hireRows, jobRows } from './sample/rows.mjs';
import { sampleOptions } from './sample/sample-options.mjs';
import { writeRows } from './sample/write-rows.mjs';
import { print, runCommand } from './terminal.mjs';

/** `npm run sample`: three files to load, of any size, the same for the same arguments. */
await runCommand(async () => {
  const { out, ...counts } = sampleOptions(process.argv.slice(2));
  makeFolder(out);
  await write('departments.csv', departmentRows());
  await write('jobs.csv', jobRows());
  await write('hired_employees.csv', hireRows(counts), (count) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${Math.floor((count * 100) / counts.rows)} %\r`);
  });
  print(`${counts.bad} of ${counts.rows} hires have a fault.`);

  /** @param {string} file @param {Iterable<string>} lines @param {(count: number) => void} [onBlock] */
  async function write(file, lines, onBlock) {
    const { rows, bytes } = await writeRows(join(out, file), lines, onBlock);
    print(`${join(out, file)}: ${rows} rows, ${bytes} bytes`);
  }
});

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new Error(`--out cannot be made a folder: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
