import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createSabotageEnvironment, sabotages } from './sabotages.ts';

const root = new URL('../../../', import.meta.url);

test.each(sabotages.map((sabotage) => [sabotage.name, sabotage] as const))(
  '%s replaces text that is in the built code once',
  (_name, sabotage) => {
    expect(JSON.parse(createSabotageEnvironment(sabotage).CHAOS_EDITS ?? '')).toEqual(sabotage.edits);
  },
);

test('every edited file is built from a source file: an old build may still contain others', () => {
  const sources = sabotages.flatMap(({ edits }) =>
    edits.map(({ file }) => file.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
  );
  expect(sources.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
});

test('a sabotage whose text is not in the built code is refused', () => {
  const [first] = sabotages;
  const edits = [{ file: first?.edits[0]?.file ?? '', find: 'this is not in the file', replace: '' }];
  expect(() => createSabotageEnvironment({ name: 'out-of-date', guarantee: 'nothing', edits })).toThrow('out-of-date');
});
