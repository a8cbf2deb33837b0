/** A group of hires as `hires_by_quarter` has it, with numbers to add to its quarters. */
type GroupChange = [year: number, departmentId: number, jobId: number, q1: number, q2: number, q3: number, q4: number];

export interface HireChanges {
  /** Counts a hire at a time such as `2021-11-07 02:48:42` in: by 1, or out: by -1. */
  add(by: 1 | -1, hiredAt: string, departmentId: number, jobId: number): void;
  /** The groups whose numbers change, ordered as their table is. */
  groups(): GroupChange[];
}

/** What a chunk changes in the counts of hires, summed up by group. */
export function createHireChanges(): HireChanges {
  const departments = new Map<number, Map<number, Map<number, GroupChange>>>();
  return {
    add(by, hiredAt, departmentId, jobId) {
      const year = digits(hiredAt, 0) * 100 + digits(hiredAt, 2);
      const years = getOrCreateMap(getOrCreateMap(departments, departmentId), jobId);
      const group = years.get(year) ?? [year, departmentId, jobId, 0, 0, 0, 0];
      years.set(year, group);
      const month = digits(hiredAt, 5);
      if (month <= 3) group[3] += by;
      else if (month <= 6) group[4] += by;
      else if (month <= 9) group[5] += by;
      else group[6] += by;
    },
    groups: () =>
      [...departments.values()]
        .flatMap((jobs) => [...jobs.values()].flatMap((years) => [...years.values()]))
        .filter((group) => group[3] !== 0 || group[4] !== 0 || group[5] !== 0 || group[6] !== 0)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]),
  };
}

function getOrCreateMap<Value>(maps: Map<number, Map<number, Value>>, key: number): Map<number, Value> {
  const existing = maps.get(key);
  if (existing) return existing;
  const added = new Map<number, Value>();
  maps.set(key, added);
  return added;
}

/** Two digits as their number: a part of a million texts, of which no copy is made. */
function digits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
}
