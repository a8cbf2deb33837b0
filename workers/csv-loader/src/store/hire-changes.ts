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
  const groups = new Map<string, GroupChange>();
  return {
    add(by, hiredAt, departmentId, jobId) {
      const key = `${hiredAt.slice(0, 4)},${departmentId},${jobId}`;
      let group = groups.get(key);
      if (!group) {
        group = [Number(hiredAt.slice(0, 4)), departmentId, jobId, 0, 0, 0, 0];
        groups.set(key, group);
      }
      const quarter = Math.ceil(Number(hiredAt.slice(5, 7)) / 3);
      if (quarter === 1) group[3] += by;
      else if (quarter === 2) group[4] += by;
      else if (quarter === 3) group[5] += by;
      else group[6] += by;
    },
    groups: () =>
      [...groups.values()]
        .filter(([, , , ...quarters]) => quarters.some((hires) => hires !== 0))
        .sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]),
  };
}
