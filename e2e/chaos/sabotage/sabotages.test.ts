import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sabotages } from './sabotages.ts';

const root = new URL('../../../', import.meta.url);

test.each(sabotages.flatMap(({ name, edits }) => edits.map((edit) => [name, edit] as const)))(
  '%s changes text that is there, once, in the built code',
  (_name, { file, find }) => {
    expect(readFileSync(new URL(file, root), 'utf8').split(find)).toHaveLength(2);
  },
);
