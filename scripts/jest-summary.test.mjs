import { expect, test } from '@jest/globals';
import { summarize } from './jest-summary.mjs';

test('a suite that cannot be imported counts as a failure though none of its tests failed', () => {
  expect(summarize({ numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 2 })).toEqual({
    passed: 3,
    failed: 3,
  });
});
