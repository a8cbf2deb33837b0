import { appendFileSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { followLog } from './follow-log.mjs';

test('following continues after a rotation that copies the log and truncates it', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tributary-')), 'brook.log');
  writeFileSync(file, 'before\n');
  const lines = [];
  let unfollow = () => {};
  await new Promise((resolve) => {
    unfollow = followLog(file, (line) => resolve(lines.push(line)));
    appendFileSync(file, 'one long line of a process\n');
  });
  truncateSync(file, 0);
  appendFileSync(file, 'two\n');
  unfollow();
  expect(lines).toEqual(['one long line of a process', 'two']);
});
