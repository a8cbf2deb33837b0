import type { Kind } from './rows/kinds.ts';

/** An accepted upload, in cells instead of bytes. */
export interface ModelUpload {
  readonly uploadId: string;
  readonly sequence: number;
  readonly kind: Kind;
  /** The lines below the header; one without cells is empty. */
  readonly lines: readonly (readonly string[])[];
  readonly hasHeader: boolean;
  /** The file as a whole is at fault. */
  readonly isBroken: boolean;
}

type Row = Readonly<Record<string, number | string>>;
type Tables = Readonly<Record<Kind, Map<number, Row>>>;

/**
 * What is stored once all these uploads have ended: each loaded whole, one after the other, in the order given, which is the order of
 * acceptance. Shares no code with the loader.
 */
export function modelOfLoading(uploads: readonly ModelUpload[]) {
  const tables: Tables = { DEPARTMENTS: new Map(), JOBS: new Map(), HIRED_EMPLOYEES: new Map() };
  return { tables, loads: uploads.map((upload) => loadWhole(upload, tables)) };
}

function loadWhole({ uploadId, sequence, kind, lines, hasHeader, isBroken }: ModelUpload, tables: Tables) {
  const width = kind === 'HIRED_EMPLOYEES' ? 5 : 2;
  const used = new Set<number>();
  const rejections: { line: number; column: string | null; code: string }[] = [];
  /** How many of the first n rows are loaded, by n. */
  const loadedOf = [0];
  if (isBroken || !lines.some((cells) => cells.length === width)) {
    return { uploadId, state: 'FAILED', loadedOf, rejections };
  }
  for (const [index, cells] of lines.entries()) {
    if (cells.length === 0) continue;
    const fault = cells.length === width ? faultOf(kind, cells, used, tables) : { column: null, code: 'WRONG_WIDTH' };
    if (fault) rejections.push({ line: index + (hasHeader ? 2 : 1), ...fault });
    else {
      const id = Number(cells[0]);
      used.add(id);
      const first = tables[kind].get(id)?.first_sequence ?? sequence;
      tables[kind].set(id, {
        id,
        ...(kind === 'HIRED_EMPLOYEES' ? hireOf(cells) : { name: cells[1] ?? '', first_sequence: first }),
        upload_id: uploadId,
        sequence,
      });
    }
    loadedOf.push((loadedOf.at(-1) ?? 0) + (fault ? 0 : 1));
  }
  return { uploadId, state: 'COMPLETED', loadedOf, rejections };
}

function hireOf([, name = '', hiredAt = '', department, job]: readonly string[]): Row {
  const hired_at = `${hiredAt.slice(0, 10)} ${hiredAt.slice(11, 19)}.000`;
  return { name, hired_at, department_id: Number(department), job_id: Number(job) };
}

/** The first cell that is wrong. */
function faultOf(kind: Kind, cells: readonly string[], used: Set<number>, tables: Tables) {
  const [id = '', name = '', hiredAt = '', department = '', job = ''] = cells;
  const idFault = faultOfId(id, 'id');
  if (idFault) return idFault;
  if (used.has(Number(id))) return { column: 'id', code: 'DUPLICATE_ID' };
  const column = { DEPARTMENTS: 'department', JOBS: 'job', HIRED_EMPLOYEES: 'name' }[kind];
  if (name === '') return { column, code: 'REQUIRED' };
  if (name.length > 255) return { column, code: 'TOO_LONG' };
  if (kind !== 'HIRED_EMPLOYEES') return null;
  if (hiredAt === '') return { column: 'datetime', code: 'REQUIRED' };
  if (Number.isNaN(Date.parse(hiredAt))) return { column: 'datetime', code: 'BAD_DATETIME' };
  const departmentFault = faultOfId(department, 'department_id');
  if (departmentFault) return departmentFault;
  if (!tables.DEPARTMENTS.has(Number(department))) return { column: 'department_id', code: 'UNKNOWN_DEPARTMENT' };
  const jobFault = faultOfId(job, 'job_id');
  if (jobFault) return jobFault;
  return tables.JOBS.has(Number(job)) ? null : { column: 'job_id', code: 'UNKNOWN_JOB' };
}

function faultOfId(cell: string, column: string) {
  if (cell === '') return { column, code: 'REQUIRED' };
  const id = Number(cell);
  if (!Number.isInteger(id)) return { column, code: 'NOT_AN_INTEGER' };
  return id >= 1 && id < 2 ** 31 ? null : { column, code: 'OUT_OF_RANGE' };
}
