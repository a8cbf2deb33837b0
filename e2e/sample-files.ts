/** Small valid files; `employeesCsv` spreads its employees over the quarters. */
export const departmentsCsv = 'id,department\r\n1,Harbour\r\n2,Mill\r\n3,Weir\r\n';
export const jobsCsv = 'id,job\r\n1,Pilot\r\n2,Miller\r\n';

const months = ['01', '04', '07', '10'];

/** Rows `id,name,datetime,department,job` with ids from `first`; quarters, departments and jobs take turns. */
export function employeesCsv(count: number, { first = 1, year = 2021 } = {}): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const month = months[index % 4];
    return `${first + index},Person ${first + index},${year}-${month}-15T08:00:00Z,${(index % 3) + 1},${(index % 2) + 1}`;
  });
  return `${rows.join('\n')}\n`;
}
