import { expect, test } from '@jest/globals';
import { anyWork, emailSent, workEvents } from '@tributary/events';
import { matchContract } from './match-contract.ts';

test('a family of messages includes those of every worker, and those of earlier versions', () => {
  const consumes = [anyWork.started, anyWork.settled, emailSent];
  expect(matchContract({ consumes }, 'csv-loader.work.started')).toBe(anyWork.started);
  expect(matchContract({ consumes }, 'media-converter.work.started')).toBe(anyWork.started);
  expect(matchContract({ consumes }, 'employment.load.started')).toBe(anyWork.started);
  expect(matchContract({ consumes }, 'employment.queries.refreshed')).toBe(anyWork.settled);
  expect(matchContract({ consumes }, 'csv-loader.work.completed')).toBeUndefined();
  expect(matchContract({ consumes }, 'work.started')).toBeUndefined();
  expect(matchContract({ consumes: workEvents('csv-loader').started }, 'other.work.started')).toBeUndefined();
});
