import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aViewer, maxUploadBytes, openUploads } from '../fixtures/open-uploads.ts';

let uploads: Awaited<ReturnType<typeof openUploads>>;
beforeAll(async () => {
  uploads = await openUploads();
});
afterAll(() => uploads.close());

describe('a kind of upload', () => {
  test('is listed with its columns, limits and template, each name and limit as uploadFile takes it', async () => {
    const query =
      '{ uploadKinds { kind title extensions maxBytes permission waitsFor templateUrl options columns { name type example } } }';
    const { data } = await uploads.graph(aViewer({ permissions: [] }), query);
    expect(data?.uploadKinds).toMatchObject([
      { kind: 'DEPARTMENTS', title: 'Departments', permission: 'UPLOAD', maxBytes: maxUploadBytes, waitsFor: [] },
      { kind: 'JOBS', columns: [{ name: 'id', type: 'integer' }, { name: 'job' }] },
      { kind: 'HIRED_EMPLOYEES', waitsFor: ['DEPARTMENTS', 'JOBS'], options: { type: 'object' } },
    ]);
  });

  test('is listed for nobody who is not signed in', async () => {
    const { errors } = await uploads.graph(null, '{ uploadKinds { kind } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('has a template that can be uploaded again', async () => {
    const response = await fetch(new URL('/downloads/files/templates/jobs.csv', uploads.url));
    expect(response.headers.get('content-disposition')).toContain('jobs.csv');
    expect(await response.text()).toBe('id,job\r\n2,Recruiter\r\n');
  });

  test.each([
    [
      'report.pdf',
      '"report.pdf" ends in .pdf, which Jobs does not take. Send a file that ends in .csv, .tsv, or .txt.',
    ],
    [
      'JOBS.CSV.exe',
      '"JOBS.CSV.exe" ends in .exe, which Jobs does not take. Send a file that ends in .csv, .tsv, or .txt.',
    ],
  ])('refuses %s before anything of it is stored, and says what it takes', async (filename, message) => {
    const before = await uploads.leftBehind();
    const { errors } = await uploads.upload(aViewer(), '1,Pilot\n', { filename });
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await uploads.leftBehind()).toEqual(before);
  });

  test.each(['jobs', 'Jobs.CSV', 'jobs.tsv', ''])('takes a file named "%s"', async (filename) => {
    const { data } = await uploads.upload(aViewer(), '1,Pilot\n', { filename });
    expect(data?.uploadFile).toMatchObject({ status: 'RECEIVED' });
  });

  test('needs its permission', async () => {
    const { errors } = await uploads.upload(aViewer({ permissions: ['QUERY'] }), '1,Pilot\n');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('refuses options that it does not declare, and names the wrong file at once', async () => {
    const options = { colour: 'red' };
    const { errors } = await uploads.upload(aViewer(), '1,Pilot\n', { options, filename: 'jobs.pdf' });
    const message = expect.stringContaining('"colour"');
    const problems = [
      { path: ['file'], code: 'FILE_TYPE_NOT_ACCEPTED' },
      { path: ['options'], code: 'OPTION_INVALID', message },
    ];
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT', problems } }]);
  });
});
