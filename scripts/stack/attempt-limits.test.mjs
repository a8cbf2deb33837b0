import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { attemptLimits } from './attempt-limits.mjs';

const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

test('docs/gateway.md lists the rates', () => {
  expect(read('docs/gateway.md').replaceAll('\n', '')).toContain(`RATE_LIMITED_FIELDS=${attemptLimits}`);
});
