import { expect, test } from '@jest/globals';
import { createSabotageEnvironment, sabotages } from './sabotages.ts';

test.each(sabotages.map((sabotage) => [sabotage.name, sabotage] as const))(
  '%s changes text that is there, once, in the built code',
  (_name, sabotage) => {
    expect(JSON.parse(createSabotageEnvironment(sabotage).CHAOS_EDITS ?? '')).toEqual(sabotage.edits);
  },
);

test('a sabotage whose text is no longer in the built code is refused, not run in vain', () => {
  const edits = [{ file: 'gateway/dist/subscriptions/follow-log.js', find: 'this is not in the file', replace: '' }];
  expect(() => createSabotageEnvironment({ name: 'out-of-date', guarantee: 'nothing', edits })).toThrow('out-of-date');
});
