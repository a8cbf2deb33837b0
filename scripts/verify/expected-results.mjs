/** The results of both predetermined queries for each year with a hire, counted over the accepted rows. */
export function expectResults({ departments, jobs, hires }) {
  const departmentNames = new Map(departments.rows.map(([id, name]) => [Number(id), name]));
  const jobNames = new Map(jobs.rows.map(([id, name]) => [Number(id), name]));
  const years = new Map();
  for (const [, , datetime, departmentId, jobId] of hires.rows) {
    const year = Number(datetime.slice(0, 4));
    if (!years.has(year)) years.set(year, { quarters: new Map(), departments: new Map() });
    const counts = years.get(year);
    const key = `${Number(departmentId)} ${Number(jobId)}`;
    if (!counts.quarters.has(key)) counts.quarters.set(key, [0, 0, 0, 0]);
    counts.quarters.get(key)[Math.floor((Number(datetime.slice(5, 7)) - 1) / 3)]++;
    counts.departments.set(Number(departmentId), (counts.departments.get(Number(departmentId)) ?? 0) + 1);
  }
  return [...years]
    .sort(([a], [b]) => a - b)
    .map(([year, counts]) => ({
      year,
      hiresByQuarter: [...counts.quarters].map(([key, [q1, q2, q3, q4]]) => {
        const [departmentId, jobId] = key.split(' ').map(Number);
        return { department: departmentNames.get(departmentId), job: jobNames.get(jobId), q1, q2, q3, q4 };
      }),
      departmentsAboveMean: listAboveMean(counts.departments, departmentNames),
    }));
}

function listAboveMean(hired, names) {
  const total = [...hired.values()].reduce((sum, count) => sum + count, 0);
  return [...hired]
    .filter(([, count]) => count * hired.size > total)
    .sort(([idA, a], [idB, b]) => b - a || idA - idB)
    .map(([id, count]) => ({ id: String(id), department: names.get(id), hired: count }));
}
