import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineBench } from './benches.ts';
import { composePage } from './report.ts';
import { formatSpread } from './statistics.ts';

const bench = defineBench({
  title: 'One thing (small)',
  question: 'How fast is it?',
  order: 1,
  data: z.unknown(),
  run: async () => ({}),
  present: () => ({ aims: [], parts: [] }),
});
const machine = {
  cpu: 'Some CPU',
  cores: 2,
  memoryGB: 8,
  system: 'linux x64',
  node: 'v20.20.2',
  mariadb: '10.11.14',
  rabbitmq: '3.10.8',
  redis: '7.0.15',
};
const kept = { at: '2026-11-21T10:00:00.000Z', commit: 'abc', size: 'quick' as const, seconds: 12.3, loadBefore: 0.1 };
const section = { named: { name: 'one', bench }, kept: { ...kept, machine, data: {} } };

test('the page shows each aim, why one was missed, and the machine of each measurement', () => {
  const aims = [
    { aim: 'be quick', measured: '3 ms', reached: true, why: 'never said' },
    { aim: 'be quicker', measured: '3 ms', reached: false, why: 'a | b' },
    { aim: 'be quickest', measured: '–', reached: null },
  ];
  const page = composePage([{ ...section, aims, parts: [] }], []).join('\n\n');
  expect(page).toContain('| [One thing (small)](#one-thing-small) | be quick | 3 ms | reached |  |');
  expect(page).toContain('| be quicker | 3 ms | **not reached** | a \\| b |');
  expect(page).toContain('| be quickest | – | not measured |  |');
  expect(page).toContain('2026-11-21 10:00, 12.3 s, quick | `abc` | 0.1 | 2 × Some CPU, 8 GB');
});

test('parts are written in order: paragraphs, tables with their numbers at the right, plots by their files', () => {
  const plot = { plot: 'bars' as const, name: 'one', title: 'One', unit: 'ms', bars: [] };
  const parts = ['Some words.', { caption: 'Times', head: ['what', 'ms'], rows: [['a', 1234.5]] }, plot];
  const page = composePage([{ ...section, aims: [], parts }], []).join('\n\n');
  expect(page).toContain(
    'Some words.\n\nTimes\n\n| what | ms |\n|---|---:|\n| a | 1,235 |\n\n![One](performance/one.svg)',
  );
});

test('what was never measured is named', () => {
  expect(composePage([], [section.named]).at(-1)).toBe('Not measured yet: One thing (small).');
});

test('a spread is written with its median first, and alone where there is none', () => {
  expect(formatSpread({ median: 12.34, min: 11, max: 14 }, ' ms')).toBe('12.3 ms (11–14)');
  expect(formatSpread({ median: 2, min: 2, max: 2 })).toBe('2');
});
