import { isDeepStrictEqual } from 'node:util';
import { createTokenSource, request } from './client/client.mjs';
import { uploadFolder } from './client/upload-folder.mjs';
import { runCommand } from './terminal.mjs';
import { expectFolder } from './verify/expected-folder.mjs';
import { expectResults } from './verify/expected-results.mjs';
import { readRejections } from './verify/read-rejections.mjs';
import { verifyOptions } from './verify/verify-options.mjs';

/** `npm run verify`: uploads a folder as a client would and compares the results with totals computed from the raw files. */
await runCommand(async () => {
  const options = verifyOptions(process.argv.slice(2), process.env);
  const { gatewayUrl } = options;
  const table = [];

  const expected = await expectFolder(options.dir);
  const uploads = await uploadFolder({
    ...options,
    onProgress: ({ filename, status, percent, rowsRead }) =>
      console.log(`${filename}: ${status} ${Math.floor(percent)} %, ${rowsRead} rows`),
  });
  const getToken = createTokenSource(options);

  for (const [index, file] of [expected.departments, expected.jobs, expected.hires].entries()) {
    const upload = uploads[index];
    if (!upload) throw new Error(`${file.file} was not uploaded.`);
    compare(file.file, 'status', 'COMPLETED', upload.status);
    compare(file.file, 'rows loaded', file.rows.length, upload.rowsLoaded);
    compare(file.file, 'rows rejected', file.rejections.length, upload.rowsRejected);
    compare(file.file, 'rejections', file.rejections, await readRejections({ gatewayUrl, getToken, id: upload.id }));
  }
  for (const { year, hiresByQuarter, departmentsAboveMean } of expectResults(expected)) {
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
      : `${differences} differences. Rows of other uploads count too: start with an empty instance (npm run reset).`,
  );
  process.exitCode = differences === 0 ? 0 : 1;

  function compare(of, what, wanted, found) {
    const show = (value) => (Array.isArray(value) ? `${value.length} rows` : value);
    table.push({ of, what, expected: show(wanted), found: show(found), equal: isDeepStrictEqual(wanted, found) });
  }
});

/** Sorts as text: equal names and different collations have no defined order. */
function sorted(rows) {
  return rows.map(({ department, job, q1, q2, q3, q4 }) => JSON.stringify([department, job, q1, q2, q3, q4])).sort();
}
