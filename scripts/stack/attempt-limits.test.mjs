import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { attemptLimits } from './attempt-limits.mjs';

const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

test('Kubernetes limits guesses as npm start does, and trusts the proxies in front so that clients do not share one bucket', () => {
  const values = read('k8s/base/kustomization.yaml');
  expect(values).toContain(`- RATE_LIMITED_FIELDS=${attemptLimits}\n`);
  expect(values).toMatch(/- TRUSTED_PROXIES=\d/);
  for (const name of ['RATE_LIMITED_FIELDS', 'TRUSTED_PROXIES']) {
    expect(read('k8s/base/gateway.yaml')).toMatch(new RegExp(`name: ${name},\\s+valueFrom: .+ key: ${name} `));
  }
});

test('the page about the gateway tells them', () => {
  expect(read('docs/gateway.md').replaceAll('\n', '')).toContain(`RATE_LIMITED_FIELDS=${attemptLimits}`);
});
