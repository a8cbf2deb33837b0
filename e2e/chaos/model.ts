import { generateRows, type PlannedRow, type PlannedUpload } from './workload.ts';

/** An accepted upload with its sequence number. */
export interface AcceptedUpload {
  readonly id: string;
  readonly sequence: number;
  readonly planned: PlannedUpload;
}

/** A row of a table as text: every column, in the order of `checks.ts`. */
export type TableRow = string;

export interface ExpectedUpload {
  readonly status: 'COMPLETED' | 'FAILED';
  readonly rowsRead: number;
  readonly rowsLoaded: number;
  readonly rowsRejected: number;
  /** `line code` of every rejection. */
  readonly rejections: readonly string[];
}

export interface Expected {
  readonly uploads: ReadonlyMap<string, ExpectedUpload>;
  readonly departments: readonly TableRow[];
  readonly jobs: readonly TableRow[];
  readonly employees: readonly TableRow[];
  /** `department job quarter` → hires, by year. */
  readonly hires: ReadonlyMap<number, ReadonlyMap<string, number>>;
}

interface Reference {
  readonly id: number;
  readonly name: string;
  readonly sequence: number;
  readonly firstSequence: number;
  readonly uploadId: string;
}

interface Hire extends PlannedRow {
  readonly sequence: number;
  readonly uploadId: string;
}

/** The expected final state: the uploads loaded one after the other in the order they were accepted. Shares no code with the loader. */
export function computeExpectedState(accepted: readonly AcceptedUpload[]): Expected {
  const references = { DEPARTMENTS: new Map<number, Reference>(), JOBS: new Map<number, Reference>() };
  const hires = new Map<number, Hire>();
  const uploads = new Map<string, ExpectedUpload>();

  for (const { id: uploadId, sequence, planned } of accepted.toSorted((a, b) => a.sequence - b.sequence)) {
    if (planned.isBroken) {
      uploads.set(uploadId, { status: 'FAILED', rowsRead: 0, rowsLoaded: 0, rowsRejected: 0, rejections: [] });
      continue;
    }
    const used = new Set<number>();
    const rejections: string[] = [];
    let line = planned.hasHeader ? 1 : 0;
    for (const row of generateRows(planned)) {
      line += 1;
      const code = rejectionOf(row);
      if (code !== null) rejections.push(`${line} ${code}`);
      else keep(row);
    }
    const rowsRead = planned.rows;
    const rowsRejected = rejections.length;
    uploads.set(uploadId, {
      status: 'COMPLETED',
      rowsRead,
      rowsLoaded: rowsRead - rowsRejected,
      rowsRejected,
      rejections,
    });

    function rejectionOf(row: PlannedRow): string | null {
      if (row.flaw === 'NOT_AN_INTEGER') return row.flaw;
      if (used.has(row.id)) return 'DUPLICATE_ID';
      if (row.flaw !== null) return row.flaw;
      if (planned.kind !== 'HIRED_EMPLOYEES') return null;
      if (!references.DEPARTMENTS.has(row.departmentId)) return 'UNKNOWN_DEPARTMENT';
      return references.JOBS.has(row.jobId) ? null : 'UNKNOWN_JOB';
    }

    function keep(row: PlannedRow) {
      used.add(row.id);
      if (planned.kind === 'HIRED_EMPLOYEES') {
        hires.set(row.id, { ...row, sequence, uploadId });
        return;
      }
      const table = references[planned.kind];
      const firstSequence = table.get(row.id)?.firstSequence ?? sequence;
      table.set(row.id, { id: row.id, name: row.name, sequence, firstSequence, uploadId });
    }
  }

  const referenceRows = (table: Map<number, Reference>) =>
    [...table.values()]
      .sort((a, b) => a.id - b.id)
      .map(({ id, name, sequence, firstSequence, uploadId }) =>
        [id, name, sequence, firstSequence, uploadId].join('|'),
      );
  return {
    uploads,
    departments: referenceRows(references.DEPARTMENTS),
    jobs: referenceRows(references.JOBS),
    employees: [...hires.values()]
      .sort((a, b) => a.id - b.id)
      .map(({ id, name, hiredAt, departmentId, jobId, sequence, uploadId }) =>
        [id, name, hiredAt, departmentId, jobId, sequence, uploadId].join('|'),
      ),
    hires: countHires([...hires.values()], references.DEPARTMENTS, references.JOBS),
  };
}

function countHires(
  hires: readonly Hire[],
  departments: ReadonlyMap<number, Reference>,
  jobs: ReadonlyMap<number, Reference>,
) {
  const years = new Map<number, Map<string, number>>();
  for (const { hiredAt, departmentId, jobId } of hires) {
    const year = Number(hiredAt.slice(0, 4));
    const quarter = Math.ceil(Number(hiredAt.slice(5, 7)) / 3);
    const counts = years.get(year) ?? new Map<string, number>();
    years.set(year, counts);
    const key = `${departments.get(departmentId)?.name}|${jobs.get(jobId)?.name}|q${quarter}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return years;
}
