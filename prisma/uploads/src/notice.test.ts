import { describe, expect, test } from '@jest/globals';
import { toNotice } from './notice.ts';

const upload = { uploadId: 'u1', filename: 'jobs.csv', kind: 'JOBS', status: 'COMPLETED' } as const;
const counts = { rowsRead: 1_234, rowsLoaded: 1_222, rowsRejected: 12 };
const result = { counts, problems: [], problemCount: 0, failure: null, summary: 'All rows were imported.' };
const problem = { line: 2, column: 'id', code: 'REQUIRED', message: 'is missing.', raw: ',Clerk' };

describe('the notice about a finished upload', () => {
  test('names the counts as their kind declares them, and others by their names', () => {
    const { facts } = toNotice(upload, { ...result, counts: { ...counts, secondsSaved: 5 } });
    expect(facts).toEqual([
      { label: 'Rows read', value: '1,234' },
      { label: 'Rows imported', value: '1,222' },
      { label: 'Rows rejected', value: '12' },
      { label: 'Seconds saved', value: '5' },
    ]);
  });

  test('of completed work is headed by its summary, and says that nothing is left to do', () => {
    const notice = toNotice(upload, result);
    expect(notice).toMatchObject({ title: 'All rows were imported', summary: 'All rows were imported.' });
    expect(notice.nextStep).toContain('need to do anything else');
    expect(toNotice(upload, { ...result, summary: null }).title).toBe('jobs.csv is complete');
    expect(toNotice(upload, { ...result, summary: 'x'.repeat(151) }).title).toBe('jobs.csv is complete');
  });

  test('of work with problems has the first ten, their number, and the query for the link to all', () => {
    const problems = Array.from({ length: 10 }, () => problem);
    const notice = toNotice(upload, { ...result, problems, problemCount: 12 });
    expect(notice.problems).toHaveLength(10);
    expect(notice.problemCount).toBe(12);
    expect(notice.nextStep).toContain('{ fileUpload(id: "u1") { rejectedRowsUrl } }');
  });

  test('of a failed upload says why, and of a cancelled one how far it had come', () => {
    const failed = toNotice(
      { ...upload, status: 'FAILED' },
      { ...result, summary: null, failure: 'The file is empty.' },
    );
    expect(failed.title).toBe('jobs.csv could not be processed');
    expect(failed.summary).toBe('jobs.csv could not be processed: The file is empty.');
    expect(failed.nextStep).toContain('upload it again');
    const summary = 'The upload was cancelled. 1 row was imported before that and stays.';
    const cancelled = toNotice({ ...upload, status: 'CANCELLED' }, { ...result, summary });
    expect(cancelled).toMatchObject({ title: 'jobs.csv: the upload was cancelled', summary });
  });
});
