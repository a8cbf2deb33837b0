import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeMail, type FinishedUpload } from './compose-mail.ts';

const publicUrl = 'https://tributary.example.com';

function anUpload(changes: Partial<FinishedUpload> = {}): FinishedUpload {
  return {
    uploadId: '0197c0de-0000-7000-8000-000000000001',
    filename: 'spring.csv',
    kind: 'HIRED_EMPLOYEES',
    status: 'COMPLETED',
    uploader: { id: '0197c0de-0000-7000-8000-000000000002', email: 'ann@example.com', name: 'Ann' },
    rowsRead: 1_234_567,
    rowsLoaded: 1_234_567,
    rowsRejected: 0,
    failure: null,
    reasons: [],
    receivedAt: '2026-01-02T03:04:05.678Z',
    finishedAt: '2026-01-02T03:05:05.678Z',
    ...changes,
  };
}

const rejected = {
  rowsLoaded: 1_234_555,
  rowsRejected: 12,
  reasons: [
    { line: 1_002, column: 'job_id', code: 'UNKNOWN_JOB', message: 'There is no job 88.', raw: '9,Ann,…,1,88' },
  ],
};

describe('the mail', () => {
  test('of a clean load says that nothing is left to do', () => {
    const { subject, text } = composeMail(anUpload(), { publicUrl });
    expect(subject).toBe('spring.csv is loaded');
    expect(text).toContain('All 1,234,567 rows of spring.csv are loaded');
    expect(text).toContain('Nothing is left to do');
    expect(text).not.toContain('Why rows were rejected');
  });

  test('of rejected rows gives line, column, reason and raw text, and how many more there are', () => {
    const { subject, text, html } = composeMail(anUpload(rejected), { publicUrl });
    expect(subject).toBe('spring.csv is loaded, 12 rows rejected');
    for (const part of [text, html]) {
      for (const expected of [
        'Line 1,002, job_id',
        'There is no job 88.',
        '9,Ann,…,1,88',
        'and 11 more',
        'rejectedRowsUrl',
      ]) {
        expect(part).toContain(expected);
      }
    }
  });

  test('of rejected rows has the query that gives the link to them, ready to paste', () => {
    const query = `{ fileUpload(id: "${anUpload().uploadId}") { rejectedRowsUrl } }`;
    expect(composeMail(anUpload(rejected), { publicUrl }).text).toContain(`  ${query}\n`);
    expect(composeMail(anUpload(), { publicUrl }).text).not.toContain('rejectedRowsUrl');
  });

  test('has no character that turns the direction of writing', () => {
    const turned = '\u202Etxt\u2066.exe\u2069\u202C.csv';
    const { subject, text, html } = composeMail(anUpload({ filename: turned }), { publicUrl });
    expect(subject).toBe('txt[.]exe.csv is loaded');
    expect(`${text}${html}`).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });

  test('of a failed load says why', () => {
    const failure = 'The quote opened in line 7 is never closed.';
    const { subject, text } = composeMail(anUpload({ status: 'FAILED', failure, rowsRead: 0, rowsLoaded: 0 }), {
      publicUrl,
    });
    expect(subject).toBe('spring.csv could not be loaded');
    expect(text).toContain(failure);
    expect(text).toContain('upload it again');
  });

  test('of a cancelled load says how far it had come', () => {
    const { subject, text } = composeMail(anUpload({ status: 'CANCELLED', rowsLoaded: 1 }), { publicUrl });
    expect(subject).toBe('spring.csv: the load was cancelled');
    expect(text).toContain('1 row had been loaded before');
  });

  test('lets nothing of a hostile name or cell become markup, or a second line of a header', () => {
    const hostile = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '\r', '\n', '\0', '\u2028', 'a', '=') });
    fc.assert(
      fc.property(hostile, hostile, (name, cell) => {
        const upload = anUpload({
          ...rejected,
          filename: name,
          reasons: [{ line: 1, column: cell, code: 'REQUIRED', message: cell, raw: cell }],
          uploader: { ...anUpload().uploader, name },
        });
        const { subject, html } = composeMail(upload, { publicUrl });
        const plain = composeMail(anUpload({ ...rejected }), { publicUrl });
        expect(subject).not.toMatch(/[\r\n\0\u2028]/);
        const tags = (markup: string) => markup.match(/<[^>]*>/g);
        expect(tags(html)).toEqual(tags(plain.html));
      }),
    );
  });
});
