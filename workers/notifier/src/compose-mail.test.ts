import { describe, expect, test } from '@jest/globals';
import { parseBody, uploadFinished } from '@tributary/events';
import fc from 'fast-check';
import { aFinishedUpload } from '../fixtures/finished-upload.ts';
import { composeMail } from './compose-mail.ts';

const publicUrl = 'https://tributary.example.com/';
const problem = {
  line: 1_002,
  column: 'job_id',
  code: 'UNKNOWN_JOB',
  message: 'There is no job 88.',
  raw: '9,Ann,…,88',
};
const rejected = { problems: [problem], problemCount: 12 };

describe('the mail', () => {
  test('renders the whole notice, as text and as HTML', () => {
    const { subject, text, html } = composeMail(aFinishedUpload(), { publicUrl });
    expect(subject).toBe('All 3 rows of jobs.csv were imported');
    for (const part of [text, html]) {
      expect(part).toContain('All 3 rows of jobs.csv were imported.');
      expect(part).toContain('Rows imported');
      expect(part).toContain('https://tributary.example.com/');
      expect(part).not.toContain('Problems');
    }
    expect(text).toContain('You don’t need to do anything else.');
  });

  test('gives line, column, message and raw text of problems, and how many more there are', () => {
    const { text, html } = composeMail(aFinishedUpload({ notice: rejected }), { publicUrl });
    for (const part of [text, html]) {
      for (const expected of ['Line 1,002, job_id', 'There is no job 88.', '9,Ann,…,88', 'and 11 more']) {
        expect(part).toContain(expected);
      }
    }
  });

  test('shows a problem that has no place', () => {
    const nowhere = { line: null, column: null, code: 'NO_SOUND', message: 'The video has no sound.', raw: null };
    const { text } = composeMail(aFinishedUpload({ notice: { problems: [nowhere], problemCount: 1 } }), { publicUrl });
    expect(text).toContain('  The video has no sound.\n\n');
  });

  test('keeps a query in the next step ready to paste', () => {
    const query = '{ fileUpload(id: "7") { rejectedRowsUrl } }';
    const { text } = composeMail(aFinishedUpload({ notice: { nextStep: `This gives the link: ${query}` } }), {
      publicUrl,
    });
    expect(text).toContain(query);
  });

  test('has no character that turns the direction of writing, and no link made of a name', () => {
    const turned = '\u202Etxt\u2066.exe\u2069\u202C.csv';
    const notice = { title: `${turned} is complete`, summary: `${turned} of www.example.com is complete.` };
    const { subject, text, html } = composeMail(aFinishedUpload({ notice }), { publicUrl });
    expect(subject).toBe('txt[.]exe.csv is complete');
    expect(text).toContain('www[.]example[.]com');
    expect(`${text}${html}`).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });

  test('of an upload that the previous version finished says the same as before', () => {
    const { notice: _notice, ...rest } = aFinishedUpload({ filename: 'spring.csv' });
    const counts = { rowsRead: 1_234, rowsLoaded: 1_222, rowsRejected: 12 };
    const former = { ...rest, ...counts, failure: null, reasons: [problem] };
    const { data } = parseBody(uploadFinished, uploadFinished.type, former);
    if (data === undefined) throw new Error('The message was not read.');
    const { subject, text } = composeMail(data, { publicUrl });
    expect(subject).toBe('spring.csv is complete, rows rejected: 12');
    for (const expected of ['1,222', 'Line 1,002, job_id: There is no job 88.', 'and 11 more', 'rejectedRowsUrl']) {
      expect(text).toContain(expected);
    }
    const failed = parseBody(uploadFinished, uploadFinished.type, {
      ...former,
      status: 'FAILED',
      failure: 'It is empty.',
    });
    expect(failed.data?.notice.summary).toBe('spring.csv could not be processed: It is empty.');
  });

  test('lets nothing of a hostile name or cell become markup, or a second line of a header', () => {
    const hostile = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '\r', '\n', '\0', '\u2028', 'a', '=') });
    fc.assert(
      fc.property(hostile, hostile, (name, cell) => {
        const problems = [{ line: 1, column: cell, code: 'REQUIRED', message: cell, raw: cell }];
        const facts = [
          { label: cell, value: cell },
          { label: name, value: name },
        ];
        const upload = aFinishedUpload({
          notice: { ...rejected, problems, facts, title: name, summary: cell, nextStep: cell },
        });
        const { subject, html } = composeMail({ ...upload, uploader: { ...upload.uploader, name } }, { publicUrl });
        const plain = composeMail(aFinishedUpload({ notice: rejected }), { publicUrl });
        expect(subject).not.toMatch(/[\r\n\0\u2028]/);
        const tags = (markup: string) => markup.match(/<[^>]*>/g);
        expect(tags(html)).toEqual(tags(plain.html));
      }),
    );
  });
});
