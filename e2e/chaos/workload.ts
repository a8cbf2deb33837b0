import { createRandom, type Random } from './random.ts';

export type Kind = 'DEPARTMENTS' | 'JOBS' | 'HIRED_EMPLOYEES';

/** A file that a client sends; its content depends on its seed. */
export interface PlannedUpload {
  /** Idempotency key, file name and marker in its rows. */
  readonly key: string;
  readonly client: number;
  /** Time of the first attempt to send it, from the start of the run. */
  readonly atMs: number;
  readonly kind: Kind;
  readonly rows: number;
  readonly hasHeader: boolean;
  /** The whole file is invalid: its last line has an open quote. */
  readonly isBroken: boolean;
  readonly seed: number;
}

/** A generated row; `flaw` is the reason for its rejection that does not depend on other rows. */
export interface PlannedRow {
  readonly id: number;
  readonly name: string;
  readonly hiredAt: string;
  readonly departmentId: number;
  readonly jobId: number;
  readonly flaw: 'REQUIRED' | 'BAD_DATETIME' | 'NOT_AN_INTEGER' | null;
}

export const clients = 3;

/** Few ids, so that files overwrite the same rows. */
const references = 12;
const hires = 400;

/** The uploads of one run by client, spread over `lengthMs`; one of them is large. */
export function planUploads(seed: number, lengthMs: number): PlannedUpload[] {
  const random = createRandom(seed);
  const large = { client: random.int(0, clients - 1), rows: random.int(80_000, 120_000) };
  return Array.from({ length: clients }, (_, client) => {
    const kinds: Kind[] = ['DEPARTMENTS', 'JOBS', 'HIRED_EMPLOYEES'];
    while (kinds.length < 7) kinds.push(random.pick(['DEPARTMENTS', 'JOBS', 'HIRED_EMPLOYEES', 'HIRED_EMPLOYEES']));
    return kinds.map((kind, index): PlannedUpload => {
      const isLarge = client === large.client && index === 2;
      const isHires = kind === 'HIRED_EMPLOYEES';
      return {
        key: `${client}-${index}`,
        client,
        // A client sends its first three together: hires refer to departments and jobs.
        atMs: index < 3 ? random.int(0, 50) : random.int(500, lengthMs),
        kind,
        rows: isLarge ? large.rows : isHires ? random.int(20, hires) : random.int(3, references),
        hasHeader: random.chance(0.5),
        isBroken: !isLarge && index >= 3 && random.chance(0.1),
        seed: random.int(1, 2 ** 31),
      };
    });
  }).flat();
}

/** The rows of an upload, in the order of its file. */
export function* generateRows(upload: PlannedUpload): Generator<PlannedRow> {
  const random = createRandom(upload.seed);
  const isHires = upload.kind === 'HIRED_EMPLOYEES';
  const ids = isHires ? Math.max(hires, Math.floor(upload.rows * 0.9)) : references;
  for (let index = 0; index < upload.rows; index += 1) {
    const id = upload.rows > hires ? (index % ids) + 1 : random.int(1, ids);
    yield {
      id,
      name: `${upload.key} ${id} ${index}`,
      hiredAt: pickHireDate(random),
      departmentId: random.int(1, references + 1),
      jobId: random.int(1, references + 1),
      flaw: pickFlaw(random, isHires),
    };
  }
}

function pickHireDate(random: Random): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${random.int(2021, 2022)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}T${two(random.int(0, 23))}:30:00Z`;
}

function pickFlaw(random: Random, isHires: boolean): PlannedRow['flaw'] {
  if (!random.chance(0.05)) return null;
  return random.pick(isHires ? ['REQUIRED', 'BAD_DATETIME', 'NOT_AN_INTEGER'] : ['REQUIRED', 'NOT_AN_INTEGER']);
}

/** The file of an upload, as text. */
export function renderFile(upload: PlannedUpload): string {
  const isHires = upload.kind === 'HIRED_EMPLOYEES';
  const header = {
    DEPARTMENTS: 'id,department',
    JOBS: 'id,job',
    HIRED_EMPLOYEES: 'id,name,datetime,department_id,job_id',
  };
  const lines = upload.hasHeader ? [header[upload.kind]] : [];
  for (const { id, name, hiredAt, departmentId, jobId, flaw } of generateRows(upload)) {
    const cells = [
      flaw === 'NOT_AN_INTEGER' ? `${id}x` : String(id),
      flaw === 'REQUIRED' ? '' : name,
      ...(isHires ? [flaw === 'BAD_DATETIME' ? 'yesterday' : hiredAt, departmentId, jobId] : []),
    ];
    lines.push(cells.join(','));
  }
  if (upload.isBroken) lines.push('999,"never closed');
  return `${lines.join('\n')}\n`;
}
