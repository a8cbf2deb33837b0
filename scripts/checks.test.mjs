import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { root } from './checkout/checkout.mjs';
import { run } from './processes/run.mjs';

const checks = [
  ['the types hold', 'tsc', '-p', 'tsconfig.json'],
  ['the types of the scripts hold', 'tsc', '-p', 'tsconfig.scripts.json'],
  ['formatting and lint rules hold', 'biome', 'check', '.'],
  [
    'imports keep to the architecture',
    'depcruise',
    ...'gateway subgraphs workers libs prisma e2e'.split(' '),
    '--config',
    '.dependency-cruiser.cjs',
  ],
  ['no file, export or dependency is unused', 'knip'],
];

describe('static checks', () => {
  test.each(checks)(
    '%s',
    async (_guarantee, command, ...args) => {
      await run(join(root, 'node_modules/.bin', command), args, { cwd: root });
    },
    120_000,
  );

  test.each(['compose', 'docs', 'manifests'])(
    'what npm run %s generates is up to date',
    async (command) => {
      await run(process.execPath, [join(root, `scripts/${command}.mjs`), '--check'], { cwd: root });
    },
    120_000,
  );
});
