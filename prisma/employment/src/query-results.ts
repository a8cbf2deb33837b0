/** Number of people whom a department hired for a job in each quarter of a year. */
export interface QuarterlyHires {
  department: string;
  job: string;
  q1: number;
  q2: number;
  q3: number;
  q4: number;
}

/** Number of people whom a department hired in a year. */
export interface DepartmentHires {
  id: number;
  department: string;
  hired: number;
}

/** The results of both predetermined queries at one data version. */
export interface QueryResults {
  version: number;
  /** Null: every year with a hire. Otherwise only the years that changed after that version; one without hires now is empty. */
  since: number | null;
  hiresByQuarter: Map<number, QuarterlyHires[]>;
  departmentsAboveMean: Map<number, DepartmentHires[]>;
}

/** One group of the database's aggregate: year × department × job. */
export interface HiresGroup extends QuarterlyHires {
  year: number;
  departmentId: number;
  jobId: number;
}

/**
 * Derives both results from one aggregate, so that they agree. Alphabetical order is that of an English dictionary (Intl collation
 * `en`), independent of the database and the machine. With `since`, `groups` contains all groups of the changed `years`.
 */
export function toQueryResults(
  version: number,
  groups: readonly HiresGroup[],
  { since, years }: { since: number | null; years: readonly number[] } = { since: null, years: [] },
): QueryResults {
  const rows = groupByYear(years, [...groups].sort(byDepartmentThenJob));
  return {
    version,
    since,
    hiresByQuarter: mapValues(rows, (group) => group.map(quarterlyHires)),
    departmentsAboveMean: mapValues(rows, aboveMean),
  };
}

function groupByYear(changed: readonly number[], groups: readonly HiresGroup[]): Map<number, HiresGroup[]> {
  const years = new Map<number, HiresGroup[]>(changed.map((year) => [year, []]));
  for (const group of groups) {
    const year = years.get(group.year);
    if (year) year.push(group);
    else years.set(group.year, [group]);
  }
  return years;
}

function quarterlyHires({ department, job, q1, q2, q3, q4 }: HiresGroup): QuarterlyHires {
  return { department, job, q1, q2, q3, q4 };
}

function aboveMean(rows: readonly HiresGroup[]): DepartmentHires[] {
  const departments = new Map<number, DepartmentHires>();
  for (const { departmentId: id, department, q1, q2, q3, q4 } of rows) {
    const hired = (departments.get(id)?.hired ?? 0) + q1 + q2 + q3 + q4;
    departments.set(id, { id, department, hired });
  }
  const all = [...departments.values()];
  const total = all.reduce((sum, { hired }) => sum + hired, 0);
  // hired > total / n, without the rounding of a division.
  return all.filter(({ hired }) => hired * all.length > total).sort((a, b) => b.hired - a.hired || a.id - b.id);
}

const collator = new Intl.Collator('en');

/** Names that the collation considers equal are ordered by code unit, then by id. */
function byDepartmentThenJob(a: HiresGroup, b: HiresGroup): number {
  return (
    byName(a.department, b.department) || a.departmentId - b.departmentId || byName(a.job, b.job) || a.jobId - b.jobId
  );
}

function byName(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

function mapValues<V, W>(map: Map<number, V>, change: (value: V) => W): Map<number, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
