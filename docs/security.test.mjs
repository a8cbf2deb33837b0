import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!-|Requirement)/.test(line));
const proofs = [...page.matchAll(/`([\w./-]+\.test\.(?:ts|mjs))`: “([^”]+)”/g)];

test.each(proofs.map(([, path = '', name = '']) => [path, name]))('%s has the test “%s”', (path, name) => {
  expect(readFileSync(join(root, path), 'utf8')).toContain(name);
});

test('every requirement is met by a test that is named, partly met, not met or not applicable', () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    expect(row).toMatch(/\| (met|partly|not met|not applicable) \|/);
    if (row.includes('| met |')) expect(row).toMatch(/`[\w./-]+\.test\.(ts|mjs)`: “/);
  }
});
