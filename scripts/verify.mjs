import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { createTokenSource } from './client/create-token-source.mjs';
import { request } from './client/request.mjs';
import { uploadFolder } from './client/upload-folder.mjs';
import { expectAnswers } from './verify/expect-answers.mjs';
import { expectFolder } from './verify/expect-folder.mjs';

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: 'samples' },
    url: { type: 'string', default: 'http://localhost:4000/graphql' },
    email: { type: 'string', default: process.env.ADMIN_EMAIL ?? 'admin@example.com' },
    password: { type: 'string' },
  },
});

const gatewayUrl = values.url;
const credentials = { gatewayUrl, email: values.email, password: values.password ?? rememberedPassword() };
const dir = resolve(values.dir);
const table = [];

const expected = await expectFolder(dir);
const uploads = await uploadFolder({
  ...credentials,
  dir,
  onProgress: ({ filename, status, percent, rowsRead }) =>
    console.log(`${filename}: ${status} ${Math.floor(percent)} %, ${rowsRead} rows`),
});
const getToken = createTokenSource(credentials);

for (const [index, file] of [expected.departments, expected.jobs, expected.hires].entries()) {
  const upload = uploads[index];
  compare(file.file, 'status', 'COMPLETED', upload.status);
  compare(file.file, 'rows loaded', file.rows.length, upload.rowsLoaded);
  compare(file.file, 'rows rejected', file.rejections.length, upload.rowsRejected);
  compare(file.file, 'rejections', file.rejections, await readRejections(upload.id));
}
for (const { year, hiresByQuarter, departmentsAboveMean } of expectAnswers(expected)) {
  const answers = await request({
    gatewayUrl,
    token: await getToken(),
    query: `query ($year: Int!) { hiresByQuarter(year: $year) { department job q1 q2 q3 q4 } departmentsAboveMean(year: $year) { id department hired } }`,
    variables: { year },
  });
  compare(year, 'hiresByQuarter', sorted(hiresByQuarter), sorted(answers.hiresByQuarter));
  compare(year, 'departmentsAboveMean', departmentsAboveMean, answers.departmentsAboveMean);
}

console.table(table);
const differences = table.filter(({ equal }) => !equal).length;
console.log(
  differences === 0
    ? 'All equal.'
    : `${differences} differences. Rows of other files in this instance count too: npm run reset empties it.`,
);
process.exitCode = differences === 0 ? 0 : 1;

async function readRejections(id) {
  const query = `query ($id: ID!, $after: String) { fileUpload(id: $id) {
    rejections(first: 100, after: $after) { nodes { line column code } pageInfo { hasNextPage endCursor } } } }`;
  const found = [];
  let after = null;
  do {
    const { fileUpload } = await request({ gatewayUrl, token: await getToken(), query, variables: { id, after } });
    found.push(...fileUpload.rejections.nodes);
    const { hasNextPage, endCursor } = fileUpload.rejections.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
  return found;
}

function compare(of, what, wanted, found) {
  const show = (value) => (Array.isArray(value) ? `${value.length} rows` : value);
  table.push({ of, what, expected: show(wanted), found: show(found), equal: isDeepStrictEqual(wanted, found) });
}

/** Names may be alike and collations differ: what is compared is which rows there are. */
function sorted(rows) {
  return rows.map(({ department, job, q1, q2, q3, q4 }) => JSON.stringify([department, job, q1, q2, q3, q4])).sort();
}

function rememberedPassword() {
  if (process.env.ADMIN_PASSWORD) return process.env.ADMIN_PASSWORD;
  try {
    return JSON.parse(readFileSync(new URL('../.data/secrets.json', import.meta.url), 'utf8')).ADMIN_PASSWORD;
  } catch {
    console.error('Give --password: there is no .data/secrets.json here (npm start makes one).');
    process.exit(2);
  }
}
