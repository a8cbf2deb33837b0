import { createWriteStream, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { departmentRows, hireRows, jobRows } from './sample/rows.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500' },
    bad: { type: 'string', default: '3%' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'samples' },
  },
});

const rows = number('rows', values.rows, /^\d+$/);
const bad = number('bad', values.bad, /^\d+(\.\d+)?%?$/) / (values.bad.endsWith('%') ? 100 : 1);
const seed = number('seed', values.seed, /^\d+$/);
const out = resolve(values.out);

mkdirSync(out, { recursive: true });
await write('departments.csv', departmentRows());
await write('jobs.csv', jobRows());
await write('hired_employees.csv', hireRows({ rows, bad, seed }), rows);

async function write(file, lines, total = 0) {
  let count = 0;
  const text = function* () {
    let block = '';
    for (const line of lines) {
      count++;
      block += `${line}\r\n`;
      if (block.length < 65_536) continue;
      yield block;
      block = '';
      if (process.stderr.isTTY && total > 0) process.stderr.write(`\r${file}: ${Math.floor((count * 100) / total)} %`);
    }
    yield block;
  };
  const path = resolve(out, file);
  const stream = createWriteStream(path);
  await pipeline(Readable.from(text()), stream);
  if (process.stderr.isTTY && total > 65_536) process.stderr.write('\r');
  console.log(`${path}: ${count} rows, ${stream.bytesWritten} bytes`);
}

function number(option, text, shape) {
  if (shape.test(text)) return Number.parseFloat(text);
  console.error(`--${option} must be a number, but is ${text}`);
  process.exit(2);
}
