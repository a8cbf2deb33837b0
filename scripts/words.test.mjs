import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from './checkout/checkout.mjs';

/** Words of a private dialect, each with the plain word. */
const dialect = [
  { name: 'told, tells', pattern: /\b(told|tells)\b|\btell[A-Z]/i, plain: 'report, show, say' },
  { name: 'in hand', pattern: /\bin hand\b/i, plain: 'in flight, in progress' },
  {
    name: 'away',
    pattern: /(?<!\b(right|tak(e|es|en|ing)|thrown?|throws) )\baway\b|\bisAway\b/i,
    plain: 'unavailable, down',
  },
  { name: 'mend', pattern: /\bmend(s|ed|ing)?\b/i, plain: 'fix' },
  { name: 'knock', pattern: /knock/i, plain: 'connect' },
  { name: 'most…', pattern: /\bmost[A-Z]\w*/, plain: 'max…' },
  { name: 'longest…, shortest…', pattern: /\b(longest|shortest)[A-Z]\w*/, plain: 'max…, min…' },
  { name: 'whoever', pattern: /\bwhoever\b/i, plain: 'anyone who, the process that' },
  { name: 'anew', pattern: /\banew\b/i, plain: 'again, from scratch' },
  { name: 'without holes', pattern: /\b(without|no) (a |any )?holes?\b/i, plain: 'without gaps' },
  { name: 'for good', pattern: /\bfor good\b/i, plain: 'permanently' },
];

/** Applied migrations may not change, and samples, licences and lock files are not ours. */
const exempt = /^(package-lock\.json|samples\/|prisma\/[^/]+\/migrations\/|scripts\/words\.test\.mjs$)/;

/** Files and folders that are not rewritten yet. Remove an entry once it is; add none. */
const pending = [
  'docs/decisions/',
  'docs/metrics.md',
  'docs/operations.md',
  'docs/performance.md',
  'docs/reliability.md',
  'docs/security.md',
  'gateway/',
  'libs/',
  'prisma/uploads/',
  'subgraphs/uploads/',
  'workers/csv-loader/',
];

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  .split('\n')
  .filter((file) =>
    /\.(ts|tsx|mts|mjs|cjs|js|json|graphql|prisma|sql|md|html|yaml|yml|css|sh)$|(^|\/)Dockerfile$/.test(file),
  )
  .filter((file) => !exempt.test(file));

/**
 * Each use of the dialect in a file, as `file:line: word`.
 *
 * @param {string} file
 * @returns {string[]}
 */
function findDialect(file) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    dialect.flatMap(({ name, pattern, plain }) =>
      pattern.test(line) ? [`${file}:${index + 1}: "${name}"; say: ${plain}`] : [],
    ),
  );
}

const isPending = (/** @type {string} */ file) => pending.some((entry) => file.startsWith(entry));

describe('plain English', () => {
  test('no tracked file contains words of the dialect', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files.filter((file) => !isPending(file)).flatMap(findDialect)).toEqual([]);
  });

  test('every place that is not rewritten yet still contains such words', () => {
    const clean = pending.filter(
      (entry) => files.filter((file) => file.startsWith(entry)).flatMap(findDialect).length === 0,
    );
    expect(clean).toEqual([]);
  });
});
