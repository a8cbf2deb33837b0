import { expect, test } from '@jest/globals';
import { emailSent, loadStarted } from '@tributary/events';
import { matchContract } from './match-contract.ts';

test("takes another database's type for a contract only where the worker has bindings of its own", () => {
  const consumes = [loadStarted, emailSent];
  expect(matchContract({ consumes }, 'employment.load.started')).toBe(loadStarted);
  expect(matchContract({ consumes }, 'videos.load.started')).toBeUndefined();
  expect(matchContract({ consumes, bindings: ['*.load.*'] }, 'videos.load.started')).toBe(loadStarted);
  expect(matchContract({ consumes: emailSent, bindings: ['#'] }, 'videos.load.started')).toBeUndefined();
});
