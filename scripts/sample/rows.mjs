const departments = ['Finance', 'Logistics', 'Field Service', 'Design', 'Procurement', 'Quality', 'People', 'Research'];
const crafts = ['Analyst', 'Technician', 'Planner', 'Designer', 'Buyer', 'Inspector', 'Recruiter', 'Scientist'];
const grades = ['Junior', 'Senior', 'Lead'];
const first = ['Ada', 'Bruno', 'Chidi', 'Dana', 'Emil', 'Fatima', 'Goran', 'Hana', 'Ivo', 'Jún', 'Kira', 'Luca'];
const family = [
  'Almeida',
  'Berg',
  'Castro',
  'Dvořák',
  'Eriksen',
  "O'Hara",
  'Ito',
  'Novak',
  'Osei',
  'Quist',
  'Rossi',
  'Tran',
];
const day = 86_400_000;

export function* departmentRows() {
  for (const [index, name] of departments.entries()) yield `${index + 1},${name}`;
}

export function* jobRows() {
  let id = 0;
  for (const craft of crafts) for (const grade of grades) yield `${++id},"${craft}, ${grade}"`;
}

/** Hires in 2021 and 2022; about the share `bad` of them breaks one rule. The same seed gives the same rows. */
export function* hireRows({ rows, bad, seed }) {
  const random = createRandom(seed);
  const below = (limit) => Math.floor(random() * limit);
  for (let id = 1; id <= rows; id++) {
    const at = new Date(Date.UTC(2021, 0, 1) + below(730) * day + below(86_400) * 1000);
    const cells = [
      id,
      `${first[below(first.length)]} ${family[below(family.length)]}`,
      at.toISOString().replace('.000', ''),
      1 + Math.floor(random() ** 2 * departments.length),
      1 + below(crafts.length * grades.length),
    ];
    if (random() < bad) spoil(cells, below);
    yield cells.join(',');
  }
}

function spoil(cells, below) {
  const faults = [
    () => (cells[1] = ''),
    () => (cells[2] = ''),
    () => (cells[4] = ''),
    () => (cells[3] = 999),
    () => (cells[4] = 9999),
    () => (cells[2] = '2021-02-30T10:00:00Z'),
    () => (cells[0] = `E${cells[0]}`),
    () => cells.pop(),
    () => (cells[0] = Math.max(1, cells[0] - 1)),
  ];
  faults[below(faults.length)]();
}

/** mulberry32: small, seeded, the same everywhere. */
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
