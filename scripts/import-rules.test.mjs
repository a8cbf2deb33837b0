import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findDatabases } from './stack/declarations.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const config = join(root, '.dependency-cruiser.cjs');
const databases = findDatabases();
const rules = createRequire(import.meta.url)(config).forbidden.map((rule) => rule.name);

/** For each rule a file that breaks it, and the path it imports. */
const planted = {
  'gateway-graphql-and-metrics-look-down': ['gateway/src/metrics/one.ts', '../admission/one.ts'],
  'gateway-admission-look-down': ['gateway/src/admission/two.ts', '../graph/two.ts'],
  'gateway-graph-look-down': ['gateway/src/graph/three.ts', '../subscriptions/three.ts'],
  'gateway-subscriptions-look-down': ['gateway/src/subscriptions/four.ts', '../transport/four.ts'],
  'no-cycles': ['libs/a/src/one.ts', '../../a/src/two.ts'],
  'deployables-are-islands': ['workers/one/src/worker.ts', '../../two/src/worker.ts'],
  'libs-look-down': ['libs/low/src/index.ts', '../../../gateway/src/main.ts'],
  'core-and-events-are-leaves': ['libs/core/src/index.ts', '../../messaging/src/index.ts'],
  'subgraphs-do-not-consume': ['subgraphs/one/src/main.ts', '../../../libs/worker/src/index.ts'],
  'workers-do-not-serve': ['workers/server/src/worker.ts', '../../../libs/graphql/src/index.ts'],
  ...Object.fromEntries(
    databases.map((name) => [
      `${name}-database-only-where-declared`,
      [`gateway/src/${name}.ts`, `../../prisma/${name}/src/index.ts`],
    ]),
  ),
  'amqplib-only-in-messaging': ['workers/direct/src/worker.ts', 'amqplib'],
  'tests-are-leaves': ['gateway/src/tested.ts', '../../libs/testing/src/index.ts'],
};

let folder;
let violations;

async function plant(path, text) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-rules-'));
  await plant('package.json', JSON.stringify({ name: 'planted', type: 'module', dependencies: { amqplib: '*' } }));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(root, 'node_modules/amqplib'), join(folder, 'node_modules/amqplib'));
  const targets = new Set(
    Object.values(planted).flatMap(([from, to]) => (to.startsWith('.') ? [join(dirname(from), to)] : [])),
  );
  for (const target of targets) await plant(target, 'export const it = 1;\n');
  for (const [from, to] of Object.values(planted))
    await plant(from, `import type { it } from '${to}';\nexport type It = typeof it;\n`);
  await plant('libs/a/src/two.ts', "export { type It } from './one.ts';\nexport const it = 1;\n");

  const report = await new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        'gateway',
        'subgraphs',
        'workers',
        'libs',
        'prisma',
        '--config',
        config,
        '--output-type',
        'json',
      ],
      { cwd: folder, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => (stdout ? resolve(stdout) : reject(error ?? new Error(stderr))),
    );
  });
  violations = JSON.parse(report).summary.violations.map((violation) => [violation.rule.name, violation.from]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the import rules', () => {
  test('each rule has a planted violation', () => {
    expect(Object.keys(planted).sort()).toEqual([...rules].sort());
  });

  test.each(rules)('%s is caught when broken', (rule) => {
    const [from] = planted[rule];
    expect(violations).toContainEqual([rule, rule === 'no-cycles' ? expect.stringContaining('libs/a/') : from]);
  });
});
