import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from './checkout.mjs';
import { commandVariables } from './variables.mjs';

/** Variables of the machine, which belong to no program of the system. */
const machineVariables = ['PATH'];

test('docs/configuration.md lists every variable that a command reads', () => {
  const files = readdirSync(join(root, 'scripts'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /(?<!\.test)\.mjs$/.test(file));
  const read = sources.flatMap((file) => {
    const text = readFileSync(join(root, 'scripts', file), 'utf8');
    const patterns = [
      /\benv\.([A-Z][A-Z0-9_]+)/g,
      /\bvariable: '([A-Z_]+)'/g,
      /\{ ([A-Z_]+)(?: = \w+)? \} = process\.env/g,
    ];
    return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  });
  expect(read.length).toBeGreaterThan(10);
  const unlisted = read.filter((name) => !(name in commandVariables) && !machineVariables.includes(name));
  expect([...new Set(unlisted)]).toEqual([]);
});
