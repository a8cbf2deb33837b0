import fc from 'fast-check';
import type { ModelUpload } from './model-of-loading.fixture.ts';
import type { Kind } from './rows/kinds.ts';

export type DrawnUpload = Omit<ModelUpload, 'uploadId' | 'sequence'>;

/** Mostly one of a few ids, close together or far apart, so that uploads collide; now and then something that is none. */
const id = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('1', '2', '3', '4000') },
  { weight: 1, arbitrary: fc.constantFrom('', 'x', '0', '1.5', '2147483648') },
);
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('Ana', "O'Neil", 'Бен \\ 李', '"', 'a, b') },
  { weight: 1, arbitrary: fc.constantFrom('', 'n'.repeat(256)) },
);
const datetime = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('2021-11-07T02:48:42Z', '2021-03-31T23:59:59Z', '1999-12-31T23:59:59Z') },
  { weight: 1, arbitrary: fc.constantFrom('', '2021-13-01T00:00:00Z', 'yesterday') },
);

function linesOf(row: fc.Arbitrary<string[]>): fc.Arbitrary<string[][]> {
  const odd = fc.oneof(fc.constant<string[]>([]), fc.array(id, { minLength: 3, maxLength: 4 }));
  const line = fc.oneof({ weight: 10, arbitrary: row }, { weight: 1, arbitrary: odd });
  return fc.array(line, { minLength: 1, maxLength: 9, size: 'max' });
}

const reference = linesOf(fc.tuple(id, name));
const hires = linesOf(fc.tuple(id, name, datetime, id, id));
const shape = { hasHeader: fc.boolean(), isBroken: fc.nat(7).map((number) => number === 0) };

/** Uploads of all kinds over the same few ids, some with bad rows, some broken as a whole, in the order they were accepted. */
export const anyUploads: fc.Arbitrary<DrawnUpload[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom<Kind>('DEPARTMENTS', 'JOBS'), lines: reference, ...shape }),
    fc.record({ kind: fc.constant<Kind>('HIRED_EMPLOYEES'), lines: hires, ...shape }),
  ),
  { minLength: 2, maxLength: 6, size: 'max' },
);

const headers = {
  DEPARTMENTS: 'id,department',
  JOBS: 'id,job',
  HIRED_EMPLOYEES: 'id,name,datetime,department_id,job_id',
};

/** The upload's file; one that is broken as a whole ends within a quoted field. */
export function textOf({ kind, lines, hasHeader, isBroken }: DrawnUpload): string {
  const all = lines.map((cells) => cells.map(written).join(','));
  return [...(hasHeader ? [headers[kind]] : []), ...all, isBroken ? '1,"never closed' : ''].join('\n');
}

function written(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
